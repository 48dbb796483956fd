// The name of a history: a client that finds another one than before forgets the ids it knows.
#pragma once

#include <fmt/core.h>

#include <random>
#include <string>

namespace prise::chat {

inline std::string new_history_id() {
  std::random_device chance;
  return fmt::format("{:08x}{:08x}", chance(), chance());
}

}  // namespace prise::chat
