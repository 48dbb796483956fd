// The deadlines of an AsioConnection.
#include <algorithm>
#include <utility>

#include "drivers/asio_connection.hpp"

namespace prise::drivers::coroutines {

Deadline AsioConnection::next_deadline() const {
  const bool open = deadline_ == Deadline::max();
  const Deadline first = open ? after(silent_since_, settings.timeouts.idle) : deadline_;
  return writing_ ? std::min(first, send_deadline_) : first;
}

void AsioConnection::arm() {
  const Deadline next = next_deadline();
  if (ending || next >= wakes_at()) return;  // who is woken too early only looks again
  wake_at(next);
}

void AsioConnection::wake() {
  if (ending) return;
  const Deadline now = Clock::now();
  const bool send_is_late = writing_ && now >= send_deadline_;
  if (now >= deadline_ || send_is_late) return give_up(Moved::timed_out);
  if (deadline_ == Deadline::max() && now >= after(silent_since_, settings.timeouts.idle))
    hear_nothing(now);
  if (!ending) arm();
}

// A peer that is alive answers a ping (RFC 6455 section 5.5.2). One that is not says nothing, and
// TCP alone would notice it after hours, if at all.
void AsioConnection::hear_nothing(Deadline now) {
  look();  // nobody may have read for long
  asio::error_code ignored;
  const bool not_read_yet =
      message_is_out_ || waiting_ || holds_back() || stream_->socket().available(ignored) > 0;
  if (not_read_yet || !protocol.is_open()) silent_since_ = now;  // then the silence is ours
  if (!protocol.is_open() || now < after(silent_since_, settings.timeouts.idle)) return;
  if (ping_unanswered_) return give_up(Moved::timed_out);
  protocol.send_ping();
  ping_unanswered_ = true;
  silent_since_ = now;
  flush();
}

}  // namespace prise::drivers::coroutines
