#include "protocol/websocket/mask.hpp"

#include <bit>
#include <cstdint>
#include <cstring>

namespace prise::websocket {
namespace {

void apply_word(std::byte* at, std::uint64_t key_twice) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  word ^= key_twice;
  std::memcpy(at, &word, sizeof word);
}

// The key as one word in memory order, begun at byte `offset` mod 4.
std::uint32_t turned(MaskKey key, std::size_t offset) {
  const auto word = std::bit_cast<std::uint32_t>(key);
  const int bits = static_cast<int>(offset % key.size()) * 8;
  return std::endian::native == std::endian::little ? std::rotr(word, bits) : std::rotl(word, bits);
}

}  // namespace

// Eight bytes at a time; memcpy stands for a load that may be unaligned. The inner loop has a
// fixed length, which compilers turn into one vector register or two.
void apply_mask(MutableBytes payload, MaskKey key, std::size_t offset) {
  const std::uint32_t key_once = turned(key, offset);
  const std::uint64_t key_twice = std::uint64_t{key_once} << 32 | key_once;
  constexpr std::size_t block_bytes = 32;

  std::byte* at = payload.data();
  std::size_t left = payload.size();
  for (; left >= block_bytes; at += block_bytes, left -= block_bytes)
    for (std::size_t i = 0; i < block_bytes; i += 8)
      apply_word(at + i, key_twice);
  for (; left >= 8; at += 8, left -= 8)
    apply_word(at, key_twice);
  const auto key_bytes = std::bit_cast<std::array<std::byte, 8>>(key_twice);
  for (std::size_t i = 0; i < left; ++i)
    at[i] ^= key_bytes[i];
}

}  // namespace prise::websocket
