// The time of day, for people to read; never to sort or to measure by.
#pragma once

#include <chrono>
#include <cstdint>

namespace prise::chat {

inline std::int64_t now_ms() {  // since 1970, UTC
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

}  // namespace prise::chat
