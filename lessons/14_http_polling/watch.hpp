// Three ways to follow one feed of prices, and what each of them cost.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "exchange.hpp"
#include "net/address.hpp"

// The prices that all three are to follow, and how.
struct Plan {
  prise::net::Address server;
  std::int64_t first = 0, last = 0;   // numbers of prices
  std::chrono::milliseconds every{};  // polling asks so often
  prise::AfterAnswer after = prise::AfterAnswer::keep_open;

  bool covers(std::int64_t number) const { return first <= number && number <= last; }
  std::int64_t prices() const { return last - first + 1; }
};

struct Watch {
  std::string_view name;
  std::uint64_t requests = 0, connections = 0;
  std::uint64_t bytes_sent = 0, bytes_received = 0;  // over TCP
  // From the moment a price is set to the moment it is here, by number: those missing were never
  // seen.
  std::map<std::int64_t, double> milliseconds = {};
  std::string failure = {};  // French; empty: it went to its end

  double median() const;
  double worst() const;
};

// Each returns when the last price has been passed, or with a failure.
Watch watch_by_polling(const Plan& plan);
Watch watch_by_long_polling(const Plan& plan);
Watch watch_by_push(const Plan& plan);
