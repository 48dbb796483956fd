// Many WebSockets, of both roles, that one thread drives: it waits for all of them at once, and no
// one of them makes it wait. The loop is written raw in lesson 13, the WebSocket in lesson 17.
//
//   program  -- send, close -------------->  Peer: a Connection (bytes in, events and bytes out:
//   the
//            <- opened, message, closed ---   |    RFC), and the bytes that wait to leave
//               (Handler)                 EventLoop, net::Poller: which sockets are ready
//
// A turn of the loop: wait until some are ready; read once from each, and tell its handler what
// came; look whose time is up; then write what all this has queued, one write a peer.
//
// All peers share one large buffer to read into, and a pool of small ones: an idle peer holds none,
// has no timer of its own either, and takes less than 512 bytes of memory. What a peer does is an
// outcome, told to its handler; so is an error of the system that concerns one peer alone.
// std::system_error is for the others.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "drivers/peer.hpp"
#include "net/poller.hpp"
#include "net/stream.hpp"

namespace prise::drivers {

// For one thread. Destroyed, it hangs up on all its peers, and calls no handler; never from one.
class EventLoop {
public:
  // Copies the settings. Of stop_fd: when it becomes readable, it is as if stop() were called.
  explicit EventLoop(const Settings& settings, net::Backend backend = net::best_backend());
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Serves those who come there. May be called for several listeners. When this process has no
  // descriptor left, they are told so (503), and it goes on.
  void listen(net::Listener listener, Handler& handler);

  // A client's: opened() or not_opened() tells what came of it. Each address of the name is tried.
  // Throws std::invalid_argument when it is no ws:// URL, std::system_error when the name has no
  // address, which blocks while the system asks its name servers. Not once stop() was called.
  Peer& connect(std::string_view url, Handler& handler);
  Peer& connect(const websocket::Url& url, Handler& handler);

  // Turns until there is nothing left to wait for: no listener and no peer.
  void run();

  // One turn, which waits for so long at the most. False: nothing is left to wait for.
  bool turn(std::chrono::milliseconds time_max = std::chrono::milliseconds::max());

  // Ends all, from the end of this turn on: listens no more, closes those who are open with 1001,
  // hangs up on those who are not. It is over when they have answered, or after Timeouts::close.
  void stop() { stop_asked_ = true; }
  [[nodiscard]] bool is_stopping() const { return stop_asked_ || stopping_; }

  [[nodiscard]] const Settings& settings() const { return settings_; }
  [[nodiscard]] std::size_t peers() const { return peer_count_; }    // open or not
  [[nodiscard]] const Traffic& traffic() const { return traffic_; }  // of all of them

private:
  friend class Peer;

  struct Listening {
    net::Listener listener;
    Handler* handler;
  };

  void become_ready(const net::Ready& ready);
  void end_turn();
  void look_whose_time_is_up();
  [[nodiscard]] Deadline first_deadline() const;
  void begin_stop();

  void accept_all(const Listening& listening);
  bool accept_one(const Listening& listening);
  bool turn_away(const Listening& listening);
  void rest_from_accepting();

  void add(std::unique_ptr<Peer> peer);
  std::unique_ptr<Peer> take_out(Peer& peer);
  void attend_later(Peer& peer);

  Settings settings_;
  websocket::BufferPool pool_;
  std::unique_ptr<net::Poller> poller_;
  std::vector<std::byte> buffer_;  // what every recv fills
  Deadline now_ = Clock::now();    // as of this turn

  // Each peer that has a time is in one of them.
  DeadlineList handshakes_, idle_, sends_, closes_;

  std::vector<std::unique_ptr<Peer>> peers_;  // by descriptor
  std::vector<Peer*> to_attend_;              // at the end of this turn
  std::vector<std::unique_ptr<Peer>> gone_;   // until the end of this turn
  std::vector<std::unique_ptr<Listening>> listenings_;
  net::Socket reserve_;  // a descriptor given up to turn someone away when there is no other
  Deadline accepts_again_ = Deadline::max();
  std::size_t peer_count_ = 0;
  Traffic traffic_;
  bool stop_asked_ = false;
  bool stopping_ = false;
};

}  // namespace prise::drivers
