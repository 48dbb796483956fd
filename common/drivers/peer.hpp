// One WebSocket of an event loop, and what the loop tells of it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/deadline_list.hpp"
#include "drivers/settings.hpp"
#include "net/address.hpp"
#include "net/poller.hpp"
#include "net/socket.hpp"
#include "protocol/websocket/connection.hpp"
#include "protocol/websocket/url.hpp"

namespace prise::drivers {

class EventLoop;
class Peer;

// What a program does about its peers. The loop calls it, one call at a time, from turn() and never
// from within a call of the program's own: it may send to, close and hang up on any peer, connect
// to others, and stop the loop. It outlives the loop. An exception that leaves it leaves turn()
// too; the peer it was told of is hung up on, the loop goes on at the next turn().
class Handler {
public:
  virtual ~Handler() = default;
  virtual void opened(Peer&) {}
  virtual void message(Peer&, const Message&) = 0;  // whole; its bytes live until this returns
  virtual void closed(Peer&, const Ending&) {}      // once for each that was opened
  // Instead of both, for one that never opened: a page was shown, the handshake was refused or cut,
  // or connect() found nobody.
  virtual void not_opened(Peer&, const Ending&) {}
};

// The loop owns it. It can be referred to until closed() or not_opened() has returned, which were
// told of nobody else; from the time they are called it is not open.
class Peer : private DeadlineLink {
public:
  // Each puts one message in this peer's queue, which leaves at the end of the turn: all that a
  // turn sends to a peer goes in one write, for as long as the kernel has room. (A large one leaves
  // at once, with what was queued before it.) False: nothing was sent, the peer is not open. A text
  // must be valid UTF-8.
  //
  // What the kernel does not take waits here, and until it has left, nothing is read from the peer:
  // one that asks and does not listen stops only itself. Where others send to it all the same, the
  // queue is bounded: a peer that lets Settings::send_queue_bytes_max wait, and is sent more, is
  // closed with 1013 and said to be too_slow. (The last message is taken whole, whatever its size.)
  bool send_text(std::string_view text);
  bool send_binary(std::string_view bytes);
  bool send_prepared(
      std::shared_ptr<const websocket::PreparedFrame> frame);  // built once, for many
  bool send_ping(std::string_view payload = {});               // 125 bytes at most

  // The closing handshake, after what is queued; closed() tells how it went. Messages that are
  // still on their way are dropped. The reason is UTF-8, 123 bytes at most.
  void close(websocket::CloseCode code = websocket::CloseCode::normal,
             std::string_view reason = {});

  // Ends it at the end of this turn, without a word: the other side sees 1006.
  void hang_up();

  [[nodiscard]] bool is_open() const { return phase_ == Phase::open; }
  [[nodiscard]] std::size_t queued_bytes() const { return connection_.output_bytes(); }
  [[nodiscard]] const net::Address& address() const { return address_; }
  [[nodiscard]] const std::string& subprotocol() const { return connection_.subprotocol(); }
  // What was asked for, with its query. To be copied in opened(): an idle peer keeps nothing.
  [[nodiscard]] std::string_view path() const;
  [[nodiscard]] EventLoop& loop() const { return *loop_; }

  void* user = nullptr;  // the program's own; the loop never looks at it

  ~Peer() = default;  // the loop's business

private:
  friend class EventLoop;

  enum class Phase : std::uint8_t {
    connecting,  // TCP
    handshake,
    open,
    closing,  // we have sent a Close frame
    ending,   // it is over and has been told: what is left to write, then the end of the stream
    gone,     // has no socket any more
  };

  // What is needed only until it is open.
  struct Opening {
    std::string path;
    std::vector<net::Address> addresses;  // client: where to try, the last first
    std::error_code error;                // of the last that was tried
  };

  Peer(EventLoop& loop, Handler& handler, websocket::Connection connection);

  void be_at(net::Socket socket, const net::Address& address);
  void start_connecting();
  void await_connection();
  void finish_connecting();
  void try_next_address();

  void become_ready(const net::Ready& ready);
  void read();
  void take_events();
  void take(const websocket::Event& event);
  void attend();
  bool write();
  void discard_output();
  void wait_to_write();
  void watch(net::Interest interest);

  bool send(websocket::Opcode opcode, std::string_view payload);
  bool has_room();
  bool will_leave(bool queued);
  void begin_closing();
  void fail(std::error_code error);
  void end_stream();
  void leave();
  void time_is_up();
  void give_up(const Ending& ending);
  void tell(const Ending& ending);
  [[nodiscard]] Ending cut() const;

  EventLoop* loop_;
  Handler* handler_;
  websocket::Connection connection_;
  std::unique_ptr<Opening> opening_;
  net::Socket socket_;
  Phase phase_ = Phase::handshake;
  net::Interest interest_ = net::Interest::nothing;
  bool to_attend_ : 1 = false;  // it is in the loop's list
  bool was_open_ : 1 = false;
  bool ping_unanswered_ : 1 = false;
  bool waits_to_write_ : 1 = false;  // the kernel has no room
  bool holds_input_ : 1 = false;     // it came, and waits until the replies before it have left
  bool hangs_up_ : 1 = false;
  bool too_slow_ : 1 = false;
  int failure_ = 0;  // an errno
  net::Address address_;
};

}  // namespace prise::drivers
