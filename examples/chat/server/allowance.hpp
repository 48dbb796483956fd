// How many actions a client may ask for: so many at once, and then so many a second.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>

namespace prise::chat {

class Allowance {
public:
  using Time = std::chrono::steady_clock::time_point;  // the other clock may go back

  // `per_second` 0: no limit.
  Allowance(std::size_t per_second, std::size_t at_once, Time now)
      : per_second_{static_cast<double>(per_second)},
        at_once_{static_cast<double>(at_once)},
        left_{at_once_},
        last_{now} {}

  // Nothing: go on. Else: how long to wait.
  std::optional<std::chrono::milliseconds> take_one(Time now) {
    if (per_second_ == 0) return std::nullopt;
    const std::chrono::duration<double> gone = now - last_;
    last_ = now;
    left_ = std::min(at_once_, left_ + gone.count() * per_second_);
    if (left_ >= 1) {
      left_ -= 1;
      return std::nullopt;
    }
    return std::chrono::milliseconds(static_cast<long>((1 - left_) / per_second_ * 1000) + 1);
  }

private:
  double per_second_;
  double at_once_;
  double left_;
  Time last_;
};

}  // namespace prise::chat
