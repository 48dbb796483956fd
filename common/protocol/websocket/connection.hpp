// One WebSocket, either role, from the first byte of its handshake to its last (RFC 6455).
// Written raw in lesson 17; the drivers (common/drivers/) move its bytes.
//
// It has no socket, clock, thread or source of chance: bytes go in, events and bytes come out.
//
//   receive(bytes) -> next_event() ... until it says nothing -> output() -> wrote(count)
//
// Nothing that a peer sends makes it throw; it may throw std::bad_alloc. To be used by one thread
// at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/websocket/config.hpp"
#include "protocol/websocket/event.hpp"
#include "protocol/websocket/frame_watcher.hpp"
#include "protocol/websocket/handshake.hpp"
#include "protocol/websocket/message_reader.hpp"
#include "protocol/websocket/output_queue.hpp"
#include "protocol/websocket/prepared_frame.hpp"

namespace prise::websocket {

// What is to be done with the stream below, once output() is empty.
enum class Transport : std::uint8_t {
  keep_open,         // read on
  await_peer_close,  // read on, but not for ever: the peer must answer the close, or end the stream
  shut_down_writing,  // nothing more will be sent; then as await_peer_close (section 7.1.1)
  close,
};

class Connection {
public:
  // `config` must outlive the connection.
  static Connection server(const Config& config);
  // The request is in output() at once. `config.mask_source` must be there.
  static Connection client(const Config& config, const Target& target);
  static Connection server(Config&& dies_at_once) = delete;
  static Connection client(Config&& dies_at_once, const Target&) = delete;

  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  // What arrived. The bytes stay the caller's, are unmasked in place, and must stay as they are
  // until next_event() has said nothing, or keep_input() was called: then they may be reused, so
  // that one buffer serves all connections. Without either, the next receive() is a caller's bug.
  void receive(MutableBytes bytes);
  void receive_end();  // the peer will send nothing more

  // What is next in the bytes received; nothing: more are needed. Pings are answered, a close is
  // answered, a broken rule ends the connection with its close code, all in output().
  std::optional<Event> next_event();

  // Copies what next_event() has not read yet: for a program that stops in the middle.
  void keep_input();

  // Server, after UpgradeRequested or PlainRequested: an answer other than 101, and no WebSocket.
  // The last event is then Closed, with refused_by_application.
  void refuse(int status);
  // `more_fields`: further lines of the head, each ended by "\r\n".
  void respond(int status, std::string_view content_type, std::string_view body,
               std::string_view more_fields = {});

  // Each is queued in output(), and says so: true. When the connection is not open they do nothing:
  // false. A text must be valid UTF-8. Nothing bounds the queue but the caller: see output_bytes().
  bool send_text(std::string_view text);
  bool send_binary(Bytes bytes);
  bool send_prepared(std::shared_ptr<const PreparedFrame> frame);

  // The same for a message so large that a copy of it costs: the bytes stay the caller's, output()
  // leads to them, and they must live until keep_output(), which copies what has not left by then.
  // To be called before anything but output() and wrote().
  bool send_uncopied(Opcode text_or_binary, Bytes payload);
  void keep_output() { output_.keep_lent(); }

  bool send_ping(Bytes payload = {});  // 125 bytes at most
  bool send_pong(Bytes payload = {});  // without a ping before it (section 5.5.3)

  // A message in pieces (section 5.4), not compressed. The first piece says whether it is text or
  // binary; no other message may be sent before the piece that is Fin::last.
  bool send_fragment(Opcode text_or_binary, Bytes piece, Fin fin);

  // Begins the closing handshake; messages still come until the peer has closed too. The reason is
  // UTF-8, 123 bytes at most. CloseCode::none_received sends a Close frame with nothing in it.
  bool close(CloseCode code = CloseCode::normal, std::string_view reason = {});

  // From now on `watcher` sees the frames; null: nobody does any more. It must live as long.
  void watch(FrameWatcher* watcher);

  // What is to be written. Its views live until anything else is called. A driver that sees
  // output_bytes() grow should stop reading, which stops the answers to pings.
  [[nodiscard]] Output output() const { return output_.next(); }
  [[nodiscard]] std::size_t output_bytes() const { return output_.bytes(); }
  void wrote(std::size_t count) { output_.wrote(count); }

  [[nodiscard]] Transport transport() const;
  [[nodiscard]] bool is_open() const { return state_ == State::open; }  // messages may be sent
  [[nodiscard]] const std::string& subprotocol() const { return subprotocol_; }  // once open

private:
  enum class State : std::uint8_t {
    handshake,  // its head is not whole
    asked,      // the program has the request, and may refuse it
    answered,   // the program has refused it: Closed is to be said
    open,
    closing,  // we have sent a Close frame
    closed,   // Closed has been said
  };
  enum class End : std::uint8_t { clean, failed, cut };  // how it came to be closed
  struct Handshake;

  Connection(Role role, const Config& config);

  std::optional<Event> next_handshake_event();
  std::optional<Event> read_request();
  std::optional<Event> read_response();
  std::optional<Event> wait_for_head();
  Event open(const Agreement& agreement);
  void answer_with(const std::string& response, int status);
  Event fail_handshake(Rule rule, int status);
  Event read_close(Bytes payload);
  Event fail(Rule rule);
  Event end(End how, const Closed& closed);

  bool send_message(Opcode opcode, Bytes payload);
  void show_sent(Bytes frame);
  void append_frame(Opcode opcode, Fin fin, Compressed compressed, Bytes payload);
  void append_close(CloseCode code, std::string_view reason);
  void append_text(std::string_view text);
  [[nodiscard]] int deflate_window_bits() const;
  [[nodiscard]] bool compresses(Bytes message) const;
  Deflater& deflater();

  const Config* config_;
  Role role_;
  State state_ = State::handshake;
  End end_ = End::clean;
  bool end_of_input_ = false;
  bool in_fragments_ = false;  // send_fragment has begun a message
  MutableBytes input_;         // not read yet: the caller's bytes, or the end of kept_
  Buffer kept_;
  FrameWatcher* watcher_ = nullptr;
  MessageReader reader_;
  OutputQueue output_;
  std::unique_ptr<Handshake> handshake_;  // gone once open
  std::string subprotocol_;
  std::optional<DeflateParameters> deflate_;
  std::unique_ptr<Deflater> deflater_;  // from the first message that is compressed
};

}  // namespace prise::websocket
