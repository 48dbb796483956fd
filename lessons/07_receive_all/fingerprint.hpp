// Are these the bytes that were sent, in their order? Eight characters tell (FNV-1a, 32 bits:
// enough against accidents, not against an attacker).
#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <string>
#include <string_view>

inline std::string fingerprint(std::string_view bytes) {
  std::uint32_t hash = 0x811c9dc5;
  for (const char byte : bytes)
    hash = (hash ^ static_cast<unsigned char>(byte)) * 0x01000193;
  return fmt::format("{:08x}", hash);
}
