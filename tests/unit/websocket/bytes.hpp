// Bytes as the tests write them, and the seeds of the random ones.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/websocket/bytes.hpp"

namespace prise::websocket::test {

using Buffer = std::vector<std::byte>;

inline Buffer buffer(std::string_view text) {
  const Bytes bytes = bytes_of(text);
  return {bytes.begin(), bytes.end()};
}

inline Buffer buffer(Bytes bytes) {
  return {bytes.begin(), bytes.end()};
}

inline unsigned digit_value(char digit) {
  return static_cast<unsigned>(digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
}

// Hexadecimal as in the RFCs, spaces ignored: hex("81 05 48656c6c6f").
inline Buffer hex(std::string_view digits) {
  Buffer out;
  int high = -1;
  for (const char digit : digits) {
    if (digit == ' ') continue;
    const auto value = static_cast<int>(digit_value(digit));
    if (high < 0) {
      high = value;
    } else {
      out.push_back(static_cast<std::byte>(high * 16 + value));
      high = -1;
    }
  }
  return out;
}

inline std::string to_hex(Bytes bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const std::byte byte : bytes) {
    out += digits[std::to_integer<std::size_t>(byte >> 4)];
    out += digits[std::to_integer<std::size_t>(byte & std::byte{0xF})];
  }
  return out;
}

inline Buffer operator+(Buffer left, const Buffer& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

// The seed of this run: PRISE_SEED, or a new one. Tests print it with CAPTURE or INFO.
inline std::uint32_t seed() {
  static const std::uint32_t value = [] {
    const char* given = std::getenv("PRISE_SEED");
    return given != nullptr ? static_cast<std::uint32_t>(std::strtoul(given, nullptr, 10))
                            : std::random_device{}();
  }();
  return value;
}

inline std::size_t below(std::mt19937& random, std::size_t limit) {
  return std::uniform_int_distribution<std::size_t>{0, limit - 1}(random);
}

inline Buffer random_bytes(std::mt19937& random, std::size_t count) {
  Buffer out(count);
  for (std::byte& byte : out)
    byte = static_cast<std::byte>(random());
  return out;
}

}  // namespace prise::websocket::test
