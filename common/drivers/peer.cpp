#include "drivers/peer.hpp"

#include "drivers/answer.hpp"
#include "drivers/attempt.hpp"
#include "drivers/event_loop.hpp"

namespace prise::drivers {
namespace {

using websocket::Transport;

constexpr std::size_t waiting_bytes_max = 256 * 1024;  // of replies, before more input is looked at

}  // namespace

Peer::Peer(EventLoop& loop, Handler& handler, websocket::Connection connection)
    : loop_{&loop},
      handler_{&handler},
      connection_{std::move(connection)},
      opening_{std::make_unique<Opening>()} {
  loop_->handshakes_.put_last(*this, after(Clock::now(), loop_->settings_.timeouts.handshake));
}

void Peer::be_at(net::Socket socket, const net::Address& address) {
  address_ = address;
  socket_ = std::move(socket);
  interest_ = net::Interest::nothing;
}

std::string_view Peer::path() const {
  return opening_ ? std::string_view(opening_->path) : std::string_view();
}

// What the poller said.
void Peer::become_ready(const net::Ready& ready) {
  if (phase_ == Phase::connecting) return finish_connecting();
  if (waits_to_write_ && ready.writable) {
    waits_to_write_ = false;
    loop_->attend_later(*this);
  } else if (!waits_to_write_ && ready.readable) {
    read();
  }
}

// Once: what did not fit in the buffer makes the socket ready again, and asking whether there is
// more would be one system call a message for nothing.
void Peer::read() {
  const auto [outcome, bytes, error] = try_receive(socket_.fd(), loop_->buffer_);
  switch (outcome) {
    case Outcome::would_block:
      return;
    case Outcome::failed:
      return fail(error);
    case Outcome::ended:
      if (phase_ == Phase::ending) return leave();
      connection_.receive_end();
      break;
    case Outcome::moved:
      loop_->traffic_.received += bytes;
      if (phase_ == Phase::ending) return;  // what follows the end is for nobody
      ping_unanswered_ = false;
      if (phase_ == Phase::open)
        loop_->idle_.put_last(*this, after(loop_->now_, loop_->settings_.timeouts.idle));
      connection_.receive({loop_->buffer_.data(), bytes});
  }
  take_events();
}

// All that came, unless the replies to it are more than the kernel takes: then the rest is kept,
// and looked at when they have left.
void Peer::take_events() {
  holds_input_ = false;
  loop_->attend_later(*this);
  while (phase_ < Phase::ending && !hangs_up_) {
    if (connection_.output_bytes() > waiting_bytes_max && !write()) {
      connection_.keep_input();
      holds_input_ = true;
      return;
    }
    const auto event = connection_.next_event();
    if (!event) return;
    try {
      take(*event);
    } catch (...) {  // the handler's; the rest of what came will not be there at the next turn
      hang_up();
      throw;
    }
  }
}

void Peer::take(const websocket::Event& event) {
  if (const auto* text = std::get_if<websocket::Text>(&event)) {
    if (is_open()) handler_->message(*this, {Kind::text, text->text});
  } else if (const auto* binary = std::get_if<websocket::Binary>(&event)) {
    if (is_open()) handler_->message(*this, {Kind::binary, websocket::text_of(binary->bytes)});
  } else if (const auto* upgrade = std::get_if<websocket::UpgradeRequested>(&event)) {
    opening_->path = upgrade->request->target;
    answer(*upgrade, connection_, loop_->settings_, address());
  } else if (const auto* plain = std::get_if<websocket::PlainRequested>(&event)) {
    opening_->path = plain->request->target;
    answer(*plain, connection_, loop_->settings_);
  } else if (std::holds_alternative<websocket::Opened>(event)) {
    phase_ = Phase::open;
    was_open_ = true;
    loop_->idle_.put_last(*this, after(loop_->now_, loop_->settings_.timeouts.idle));
    handler_->opened(*this);
    opening_.reset();
  } else if (const auto* closed = std::get_if<websocket::Closed>(&event)) {
    if (phase_ != Phase::closing) begin_closing();
    phase_ = Phase::ending;
    tell({closed->code, std::string(closed->reason), closed->rule, closed->http_status, false,
          too_slow_});
  }
}

// At the end of a turn in which something happened to it.
void Peer::attend() {
  to_attend_ = false;
  if (phase_ == Phase::gone) return;
  if (hangs_up_) return give_up(cut());
  if (phase_ == Phase::connecting) {
    if (opening_->error) try_next_address();
    return;
  }
  if (!write()) return;
  if (holds_input_) return take_events();
  switch (connection_.transport()) {
    case Transport::keep_open:
    case Transport::await_peer_close:
      return watch(net::Interest::read);
    case Transport::shut_down_writing:
      return end_stream();
    case Transport::close:
      return leave();
  }
}

// Writes all that is queued. False: the kernel has no room for the rest.
bool Peer::write() {
  while (!waits_to_write_) {
    const websocket::Output output = connection_.output();
    if (output.empty()) return true;
    const auto [outcome, bytes, error] = try_send(socket_.fd(), output);
    loop_->traffic_.sent += bytes;
    connection_.wrote(bytes);
    if (outcome == Outcome::would_block) wait_to_write();
    if (outcome == Outcome::failed) fail(error);
    if (outcome == Outcome::failed || outcome == Outcome::ended) discard_output();
  }
  return false;
}

// The peer takes no more. What it has sent before can still be read, and its end will be too.
void Peer::discard_output() {
  for (auto output = connection_.output(); !output.empty(); output = connection_.output()) {
    for (const websocket::Bytes piece : std::vector(output.begin(), output.end()))
      connection_.wrote(piece.size());
  }
}

void Peer::wait_to_write() {
  waits_to_write_ = true;
  watch(net::Interest::write);
  if (phase_ == Phase::open)
    loop_->sends_.put_last(*this, after(loop_->now_, loop_->settings_.timeouts.send));
}

void Peer::watch(net::Interest interest) {
  if (interest_ == interest) return;
  const bool had_to_write = interest_ == net::Interest::write;
  try {
    loop_->poller_->watch(socket_.fd(), interest);
    interest_ = interest;
  } catch (const std::system_error& error) {
    return fail(error.code());
  }
  if (phase_ == Phase::open && had_to_write)
    loop_->idle_.put_last(*this, after(loop_->now_, loop_->settings_.timeouts.idle));
}

}  // namespace prise::drivers
