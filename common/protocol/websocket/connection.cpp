#include "protocol/websocket/connection.hpp"

#include <cassert>

#include "protocol/websocket/close_payload.hpp"
#include "protocol/websocket/connection_handshake.hpp"

namespace prise::websocket {

Connection::Connection(Role role, const Config& config)
    : config_{&config}, role_{role}, reader_{role, config}, output_{config.buffers} {}

Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

void Connection::receive(MutableBytes bytes) {
  if (state_ == State::closed) return;  // whatever follows the end is not for us
  if (input_.empty()) {
    release(kept_, config_->buffers);
    input_ = bytes;
    return;
  }
  assert(!kept_.empty());  // else the last bytes were not read: see receive() in the header
  const std::size_t read = kept_.size() - input_.size();
  kept_.erase(kept_.begin(), kept_.begin() + static_cast<std::ptrdiff_t>(read));
  kept_.insert(kept_.end(), bytes.begin(), bytes.end());
  input_ = kept_;
}

void Connection::receive_end() {
  end_of_input_ = true;
}

void Connection::keep_input() {
  if (input_.empty() || !kept_.empty()) return;
  borrow(kept_, config_->buffers);
  kept_.assign(input_.begin(), input_.end());
  input_ = kept_;
}

std::optional<Event> Connection::next_event() {
  if (state_ == State::closed) return std::nullopt;
  if (state_ != State::open && state_ != State::closing) return next_handshake_event();
  handshake_.reset();
  switch (reader_.read(input_)) {
    case Incoming::text:
      return Text{text_of(reader_.payload())};
    case Incoming::binary:
      return Binary{reader_.payload()};
    case Incoming::ping:
      if (state_ == State::open)
        append_frame(Opcode::pong, Fin::last, Compressed::no, reader_.payload());
      return Ping{reader_.payload()};
    case Incoming::pong:
      return Pong{reader_.payload()};
    case Incoming::close:
      return read_close(reader_.payload());
    case Incoming::broken:
      return fail(reader_.rule());
    case Incoming::more:
      break;
  }
  if (!end_of_input_) return std::nullopt;
  return end(End::cut, {CloseCode::closed_abnormally, {}, Rule::ended_without_close, 0});
}

// Section 5.5.1: answered with the same code, unless it answers ours.
Event Connection::read_close(Bytes payload) {
  const ClosePayload close = parse_close_payload(payload);
  if (close.rule != Rule::none) return fail(close.rule);
  if (state_ == State::open) append_close(close.code, {});
  return end(End::clean, {close.code, close.reason, Rule::none, 0});
}

// Section 7.1.7. The peer is told the rule's name, if we have not closed already.
Event Connection::fail(Rule rule) {
  const RuleFacts& facts = facts_of(rule);
  if (state_ == State::open) append_close(facts.close_code, facts.name);
  return end(End::failed, {facts.close_code, {}, rule, 0});
}

// What is left of the input is let go at the next receive(): `closed` may look into it.
Event Connection::end(End how, const Closed& closed) {
  state_ = State::closed;
  end_ = how;
  input_ = {};
  deflater_.reset();
  return closed;
}

Transport Connection::transport() const {
  if (state_ == State::closing) return Transport::await_peer_close;
  if (state_ != State::closed) return Transport::keep_open;
  if (end_of_input_) return Transport::close;
  const bool client_has_refused = role_ == Role::client && handshake_ != nullptr;
  if (client_has_refused) return Transport::close;
  // Section 7.1.1: the server ends the stream first, so that TIME_WAIT stays on its side.
  const bool wait_for_server = role_ == Role::client && end_ == End::clean;
  return wait_for_server ? Transport::await_peer_close : Transport::shut_down_writing;
}

}  // namespace prise::websocket
