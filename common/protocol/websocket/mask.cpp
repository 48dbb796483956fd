#include "protocol/websocket/mask.hpp"

#include <algorithm>
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

}  // namespace

// Eight bytes at a time; memcpy stands for a load that may be unaligned. The inner loop has a
// fixed length, that of a cache line: compilers turn it into the widest registers the target has.
void apply_mask(MutableBytes payload, MaskKey key, std::size_t offset) {
  if (const std::size_t turn = offset % key.size(); turn != 0)
    std::rotate(key.begin(), key.begin() + turn, key.end());
  const auto key_once = std::bit_cast<std::uint32_t>(key);
  const std::uint64_t key_twice = std::uint64_t{key_once} << 32 | key_once;
  constexpr std::size_t block_bytes = 64;

  std::byte* at = payload.data();
  std::size_t left = payload.size();
  for (; left >= block_bytes; at += block_bytes, left -= block_bytes)
    for (std::size_t i = 0; i < block_bytes; i += 8)
      apply_word(at + i, key_twice);
  for (; left >= 8; at += 8, left -= 8)
    apply_word(at, key_twice);
  for (std::size_t i = 0; i < left; ++i)
    at[i] ^= key[i % key.size()];
}

}  // namespace prise::websocket
