#include <sys/socket.h>

#include "drivers/event_loop.hpp"

namespace prise::drivers {

using websocket::CloseCode;
using websocket::Rule;

// What a program may do to a peer at any time: nothing of this calls a handler.

bool Peer::send_text(std::string_view text) {
  return send(websocket::Opcode::text, text);
}

bool Peer::send_binary(std::string_view bytes) {
  return send(websocket::Opcode::binary, bytes);
}

bool Peer::send(websocket::Opcode opcode, std::string_view payload) {
  if (!has_room()) return false;
  const websocket::Bytes bytes = websocket::bytes_of(payload);
  if (bytes.size() < uncopied_bytes_min)
    return will_leave(opcode == websocket::Opcode::text ? connection_.send_text(payload)
                                                        : connection_.send_binary(bytes));
  const bool sent = will_leave(connection_.send_uncopied(opcode, bytes));
  write();
  connection_.keep_output();
  return sent;
}

bool Peer::send_prepared(std::shared_ptr<const websocket::PreparedFrame> frame) {
  return has_room() && will_leave(connection_.send_prepared(std::move(frame)));
}

bool Peer::send_ping(std::string_view payload) {
  return has_room() && will_leave(connection_.send_ping(websocket::bytes_of(payload)));
}

// One who reads nothing must not hold the memory of all the others.
bool Peer::has_room() {
  if (!is_open()) return false;
  if (queued_bytes() <= loop_->settings_.send_queue_bytes_max || write()) return is_open();
  too_slow_ = true;
  close(CloseCode::try_again_later, "too slow");
  return false;
}

bool Peer::will_leave(bool queued) {
  if (queued) loop_->attend_later(*this);
  return queued;
}

void Peer::close(CloseCode code, std::string_view reason) {
  if (!is_open() || !will_leave(connection_.close(code, reason))) return;
  phase_ = Phase::closing;
  begin_closing();
}

void Peer::hang_up() {
  if (phase_ >= Phase::ending) return;
  hangs_up_ = true;
  if (is_open()) phase_ = Phase::closing;
  loop_->attend_later(*this);
}

// A call of the system's did, for this peer.
void Peer::fail(std::error_code error) {
  failure_ = error.value();
  hangs_up_ = true;
  if (is_open()) phase_ = Phase::closing;
  loop_->attend_later(*this);
}

// From here on, the peer has so long for all that is left to do.
void Peer::begin_closing() {
  loop_->closes_.put_last(*this, after(Clock::now(), loop_->settings_.timeouts.close));
}

// The peer is read to its end: a socket that is closed on bytes not read sends a reset, which may
// destroy our last words before the peer has seen them.
void Peer::end_stream() {
  ::shutdown(socket_.fd(), SHUT_WR);  // it may have gone already: then there is nothing to do
  watch(net::Interest::read);
}

void Peer::leave() {
  if (phase_ == Phase::gone) return;
  phase_ = Phase::gone;
  DeadlineLink::leave();
  loop_->gone_.push_back(loop_->take_out(*this));
}

// A peer that is alive answers a ping (RFC 6455 section 5.5.2).
void Peer::time_is_up() {
  if (phase_ == Phase::ending) return leave();
  if (!is_open() || waits_to_write_ || ping_unanswered_) {
    Ending ending = cut();
    ending.timed_out = true;
    return give_up(ending);
  }
  ping_unanswered_ = true;
  loop_->idle_.put_last(*this, after(loop_->now_, loop_->settings_.timeouts.idle));
  send_ping();
}

Ending Peer::cut() const {
  Ending ending;
  ending.rule = was_open_ ? Rule::ended_without_close : Rule::handshake_cut;
  ending.too_slow = too_slow_;
  if (failure_ != 0) ending.error = {failure_, std::generic_category()};
  return ending;
}

void Peer::give_up(const Ending& ending) {
  const bool told = phase_ >= Phase::ending;
  leave();
  if (!told) tell(ending);
}

void Peer::tell(const Ending& ending) {
  if (was_open_)
    handler_->closed(*this, ending);
  else
    handler_->not_opened(*this, ending);
}

}  // namespace prise::drivers
