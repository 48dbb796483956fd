// One WebSocket that one thread drives, and waits for: the protocol of Connection, moved over a TCP
// stream. Written raw in lesson 17.
//
//   program <-> WebSocket <-> TimedStream (poll, recv, sendmsg: the operating system)
//                   |
//               Connection (bytes in, events and bytes out: the RFC)
//
// What the peer does is an outcome, which closed() tells; std::system_error is for what this
// machine refuses. One thread at a time. Views that are handed out live until the next call.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/settings.hpp"
#include "drivers/timed_stream.hpp"
#include "protocol/websocket/connection.hpp"
#include "protocol/websocket/url.hpp"

namespace prise::drivers {

// Destroyed while it is open, it hangs up without a word: the peer sees 1006.
class WebSocket {
public:
  // "ws://localhost:8765/path": tries each address of the name. Throws std::invalid_argument when
  // it is no such URL, std::system_error when nobody answers there. `settings` must outlive it.
  static WebSocket connect(std::string_view url, const Settings& settings);
  static WebSocket connect(const websocket::Url& url, const Settings& settings);

  // Answers what the client asks: a WebSocket, a page, a refusal. Only the first is_open() after.
  // `received`: what the program has read of the stream already, from the request's first byte.
  static WebSocket accept(net::Stream client, const Settings& settings,
                          std::string_view received = {});

  static WebSocket connect(std::string_view, Settings&& dies_at_once) = delete;
  static WebSocket connect(const websocket::Url&, Settings&& dies_at_once) = delete;
  static WebSocket accept(net::Stream, Settings&& dies_at_once, std::string_view = {}) = delete;

  // The next message. Nothing: it is closed, and closed() says how. Pings are answered.
  std::optional<Message> receive();
  // The same, for so long at the most: nothing while is_open() means that none came.
  std::optional<Message> receive_within(std::chrono::milliseconds time);

  // False when it is closed, or closing: then nothing was sent. A text must be valid UTF-8.
  bool send_text(std::string_view text, Leave leave = Leave::now);
  bool send_binary(std::string_view bytes, Leave leave = Leave::now);
  bool send_ping(std::string_view payload = {});  // 125 bytes at most

  // The closing handshake, then the end of the stream: when it returns, all is over. Messages that
  // were still on their way are dropped. The reason is UTF-8, 123 bytes at most.
  const Ending& close(websocket::CloseCode code = websocket::CloseCode::normal,
                      std::string_view reason = {});

  [[nodiscard]] bool is_open() const { return connection_.is_open() && !ending_; }
  [[nodiscard]] const std::optional<Ending>& closed() const { return ending_; }
  [[nodiscard]] const net::Address& peer() const { return stream_.peer(); }
  [[nodiscard]] const std::string& path() const { return path_; }  // as asked for, with its query
  [[nodiscard]] const std::string& subprotocol() const { return subprotocol_; }
  // What was agreed on compression; nothing: every message is sent as it is.
  [[nodiscard]] const std::optional<websocket::DeflateParameters>& deflate() const {
    return deflate_;
  }
  [[nodiscard]] const Traffic& traffic() const { return traffic_; }

private:
  WebSocket(TimedStream stream, websocket::Connection connection, const Settings& settings,
            Deadline deadline);

  void shake_hands();
  void note(const websocket::Event& event);
  std::optional<Message> receive_until(Deadline deadline);
  bool read_more(Deadline deadline);
  void hear_nothing();
  bool see_off(Leave leave);
  bool flush();
  void begin_closing();
  void stop();
  void finish(const websocket::Closed& closed);
  void say_goodbye();
  void give_up(Moved why);

  const Settings* settings_;
  TimedStream stream_;
  websocket::Connection connection_;
  std::vector<std::byte> buffer_;  // what recv fills; events look into it
  Deadline deadline_;              // of the handshake, then of the end; max() while it is open
  Deadline last_heard_;
  Traffic traffic_;
  bool was_open_ = false;
  bool ping_unanswered_ = false;
  bool peer_takes_bytes_ = true;  // until a write fails: what has come can still be read
  std::string path_;
  std::string subprotocol_;
  std::optional<websocket::DeflateParameters> deflate_;
  std::optional<Ending> ending_;
};

}  // namespace prise::drivers
