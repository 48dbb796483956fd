// A TCP connection on which nothing waits for ever: each wait has a deadline, and ends when the
// program is asked to stop. Lesson 07 wrote deadlines raw, with poll(2); lesson 10 the stop.
#pragma once

#include <chrono>
#include <cstdint>

#include "net/stream.hpp"
#include "protocol/websocket/output_queue.hpp"

namespace prise::drivers {

using Clock = std::chrono::steady_clock;  // never set back, unlike the time of day
using Deadline = Clock::time_point;

// milliseconds::max(), and all that lies beyond the clock's end, is never: Deadline::max().
constexpr Deadline after(Deadline start, std::chrono::milliseconds time) {
  const auto left = std::chrono::floor<std::chrono::milliseconds>(Deadline::max() - start);
  return time < left ? start + time : Deadline::max();
}

enum class Moved : std::uint8_t {
  some,       // at least one byte
  ended,      // the peer sends nothing more, or is gone (reset, unreachable): outcomes, not errors
  timed_out,  // the deadline came first
  stopped,    // the stop descriptor became readable
};

struct Transfer {
  Moved outcome;
  std::size_t bytes = 0;
};

class TimedStream {
public:
  // `stop_fd`: a descriptor that becomes readable when all waits are to end, and is never read, as
  // CtrlC::fd() is; -1: none. It is not owned.
  TimedStream(net::Stream stream, int stop_fd);

  // Throws std::system_error, ETIMEDOUT when the deadline came first, ECANCELED when stopped.
  static TimedStream connect(const net::Address& server, Deadline deadline, int stop_fd);

  // Waits until bytes have come, and takes what fits in the buffer.
  Transfer receive(websocket::MutableBytes buffer, Deadline deadline);

  // Sends a part of `output`, in one call; waits only if the kernel has no room for any of it.
  Transfer send(const websocket::Output& output, Deadline deadline);

  void shut_down_sending();  // the peer may have gone already: then there is nothing to do
  void close() { stream_.close(); }
  void ignore_stop() { stop_fd_ = -1; }  // from now on: the end is under way

  [[nodiscard]] const net::Address& peer() const { return stream_.peer(); }

private:
  [[nodiscard]] Moved wait(short events, Deadline deadline) const;

  net::Stream stream_;
  int stop_fd_;
};

}  // namespace prise::drivers
