// How long to wait before trying again: longer each time, and never quite the same, because a
// thousand clients that one server has lost must not come back at once.
#pragma once

#include <algorithm>
#include <chrono>

namespace prise::chat {

class Backoff {
public:
  using Time = std::chrono::milliseconds;

  Backoff(Time first, Time longest) : first_{first}, longest_{longest} {}

  // Between half of a time that doubles and all of it; `chance`, from 0 to 1, says where. Never
  // less than `at_least`.
  Time next(double chance, Time at_least = Time{0}) {
    const Time begin = std::max(first_, 2 * at_least);
    const Time whole = std::min(longest_, begin * (1 << std::min(tries_, doublings_max)));
    ++tries_;
    const Time wait{static_cast<Time::rep>(static_cast<double>(whole.count()) * (1 + chance) / 2)};
    return std::max(wait, at_least);
  }

  [[nodiscard]] int tries() const { return tries_; }
  void reset() { tries_ = 0; }

private:
  static constexpr int doublings_max = 10;

  Time first_, longest_;
  int tries_ = 0;
};

}  // namespace prise::chat
