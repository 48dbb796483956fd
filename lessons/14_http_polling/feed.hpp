// A price that changes, and those who wait for it. The same seed gives the same prices.
#pragma once

#include <algorithm>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <thread>

namespace prise {

// Microseconds since 1970: the time of day, which programs of one machine share.
inline std::int64_t microseconds_now() {
  using namespace std::chrono;
  return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
}

struct Price {
  std::int64_t number = 0;  // from 1
  std::int64_t cents = 0;
  std::int64_t set_at = 0;  // when it became the price, as microseconds_now() counts

  // On the wire, three numbers: "12 10137 1732186715123456".
  std::string text() const {
    return std::to_string(number) + ' ' + std::to_string(cents) + ' ' + std::to_string(set_at);
  }
  static std::optional<Price> parse(std::string_view text) {
    Price price;
    const char *at = text.data(), *const end = at + text.size();
    for (std::int64_t* value : {&price.number, &price.cents, &price.set_at}) {
      if (value != &price.number && (at == end || *at++ != ' ')) return std::nullopt;
      const auto [after, error] = std::from_chars(at, end, *value);
      if (error != std::errc() || *value < 0) return std::nullopt;
      at = after;
    }
    if (at != end) return std::nullopt;
    return price;
  }
};

class Feed {
public:
  Feed(std::chrono::microseconds period, std::size_t seed)
      : period_(period), random_(static_cast<std::minstd_rand::result_type>(seed)) {
    set_next();
  }

  // Sets a price, then another, without end: for a thread of its own. Prices are not on the beat:
  // half a period apart, or one and a half, or between.
  [[noreturn]] void run() {
    while (true) {
      std::this_thread::sleep_for(period_ / 2 + period_ * (random_() % 1000) / 1000);
      set_next();
    }
  }

  Price latest() const {
    const std::lock_guard lock(mutex_);
    return latest_;
  }

  // Sleeps until there is a price after this one; nothing if none comes in time. A condition
  // variable is the waiting room of a mutex: wait_for gives the lock back while it sleeps.
  std::optional<Price> newer_than(std::int64_t number, std::chrono::milliseconds time) const {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, time, [&] { return latest_.number > number; }))
      return std::nullopt;
    return latest_;
  }

private:
  void set_next() {
    const auto step = static_cast<std::int64_t>(random_() % 201) - 100;
    const std::lock_guard lock(mutex_);
    latest_ = {latest_.number + 1, std::max<std::int64_t>(1, latest_.cents + step),
               microseconds_now()};
    changed_.notify_all();
  }

  std::chrono::microseconds period_;
  std::minstd_rand random_;  // the same on every machine
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  Price latest_{0, 10000, 0};
};

}  // namespace prise
