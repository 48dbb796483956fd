// The clock by which drivers count how long they wait.
#pragma once

#include <algorithm>
#include <chrono>

namespace prise::drivers {

using Clock = std::chrono::steady_clock;  // never set back, unlike the time of day
using Deadline = Clock::time_point;

// milliseconds::max(), and all that lies beyond the clock's end, is never: Deadline::max().
constexpr Deadline after(Deadline start, std::chrono::milliseconds time) {
  const auto left = std::chrono::floor<std::chrono::milliseconds>(Deadline::max() - start);
  return time < left ? start + time : Deadline::max();
}

// poll(2) and epoll(7) count in milliseconds: rounded up, so that none wakes too early and spins.
// max() stands for ever, 0 for a deadline that is past.
inline std::chrono::milliseconds time_until(Deadline deadline, Deadline now) {
  using std::chrono::milliseconds;
  if (deadline == Deadline::max()) return milliseconds::max();
  return std::max(std::chrono::ceil<milliseconds>(deadline - now), milliseconds{0});
}

}  // namespace prise::drivers
