#include <algorithm>
#include <cassert>

#include "protocol/websocket/close_payload.hpp"
#include "protocol/websocket/connection_handshake.hpp"

namespace prise::websocket {

bool Connection::send_text(std::string_view text) {
  assert(is_utf8(bytes_of(text)));
  return send_message(Opcode::text, bytes_of(text));
}

bool Connection::send_binary(Bytes bytes) {
  return send_message(Opcode::binary, bytes);
}

bool Connection::send_message(Opcode opcode, Bytes payload) {
  assert(!in_fragments_);
  if (state_ != State::open) return false;
  if (compresses(payload))
    append_frame(opcode, Fin::last, Compressed::yes, deflater().deflate(payload));
  else
    append_frame(opcode, Fin::last, Compressed::no, payload);
  return true;
}

// What a client masks, or anyone compresses, is another message's bytes: there is no way around
// them.
bool Connection::send_uncopied(Opcode text_or_binary, Bytes payload) {
  assert(!in_fragments_);
  if (state_ != State::open || role_ == Role::client || compresses(payload))
    return send_message(text_or_binary, payload);
  FrameHead head;
  head.opcode = text_or_binary;
  head.payload_bytes = payload.size();
  append_frame_head(output_.own(), head);
  output_.lend(payload);
  if (watcher_ != nullptr) {
    watcher_->frame(Direction::sent, head);
    watcher_->payload(Direction::sent, payload);
  }
  return true;
}

bool Connection::send_fragment(Opcode text_or_binary, Bytes piece, Fin fin) {
  assert(text_or_binary == Opcode::text || text_or_binary == Opcode::binary);
  if (state_ != State::open) return false;
  append_frame(in_fragments_ ? Opcode::continuation : text_or_binary, fin, Compressed::no, piece);
  in_fragments_ = fin == Fin::more;
  return true;
}

// A client's frame has its own mask, and one compressed in a context belongs to that context.
bool Connection::send_prepared(std::shared_ptr<const PreparedFrame> frame) {
  assert(!in_fragments_);
  if (state_ != State::open) return false;
  const bool compressed = compresses(frame->payload());
  const bool alone = compressed && (deflate_->server_takeover == Takeover::keep ||
                                    deflate_->server_window_bits != 15);
  const Bytes bytes = compressed ? frame->compressed_frame() : frame->frame();
  if (role_ == Role::client || alone || bytes.empty())
    return send_message(frame->opcode(), frame->payload());
  if (watcher_ != nullptr) show_sent(bytes);
  output_.share(std::move(frame), bytes);
  return true;
}

bool Connection::send_ping(Bytes payload) {
  if (state_ != State::open) return false;
  append_frame(Opcode::ping, Fin::last, Compressed::no, payload);
  return true;
}

bool Connection::send_pong(Bytes payload) {
  if (state_ != State::open) return false;
  append_frame(Opcode::pong, Fin::last, Compressed::no, payload);
  return true;
}

bool Connection::close(CloseCode code, std::string_view reason) {
  if (state_ != State::open) return false;
  append_close(code, reason);
  state_ = State::closing;
  return true;
}

// The frame's payload is in a buffer of ours or of the caller's, never in output_ itself.
void Connection::append_frame(Opcode opcode, Fin fin, Compressed compressed, Bytes payload) {
  FrameHead head;
  head.opcode = opcode;
  head.fin = fin;
  head.compressed = compressed;
  head.masked = role_ == Role::client;
  if (head.masked) head.key = config_->mask_source();
  Buffer& own = output_.own();
  const std::size_t had = own.size();
  websocket::append_frame(own, head, payload);
  if (watcher_ != nullptr) show_sent(Bytes{own}.subspan(had));
}

void Connection::watch(FrameWatcher* watcher) {
  watcher_ = watcher;
  reader_.watch(watcher);
}

void Connection::show_sent(Bytes frame) {
  const Role reader = role_ == Role::server ? Role::client : Role::server;
  const FrameHeadParse parse = parse_frame_head(frame, reader);
  watcher_->frame(Direction::sent, parse.head);
  if (frame.size() > parse.head_bytes)
    watcher_->payload(Direction::sent, frame.subspan(parse.head_bytes));
}

void Connection::append_close(CloseCode code, std::string_view reason) {
  Buffer payload;
  append_close_payload(payload, code, reason);
  append_frame(Opcode::close, Fin::last, Compressed::no, payload);
}

void Connection::append_text(std::string_view text) {
  const Bytes bytes = bytes_of(text);
  Buffer& own = output_.own();
  own.insert(own.end(), bytes.begin(), bytes.end());
}

int Connection::deflate_window_bits() const {
  return role_ == Role::server ? deflate_->server_window_bits : deflate_->client_window_bits;
}

bool Connection::compresses(Bytes message) const {
  return deflate_ && Deflater::can_deflate(deflate_window_bits()) &&
         message.size() >= std::max<std::size_t>(config_->deflate->compressed_bytes_min, 1);
}

Deflater& Connection::deflater() {
  const Takeover takeover =
      role_ == Role::server ? deflate_->server_takeover : deflate_->client_takeover;
  if (!deflater_)
    deflater_ = std::make_unique<Deflater>(deflate_window_bits(), takeover, *config_->deflate);
  return *deflater_;
}

}  // namespace prise::websocket
