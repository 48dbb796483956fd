#include "protocol/websocket/utf8_blocks.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#if defined(__x86_64__) && defined(__GNUC__)
#define PRISE_UTF8_AVX2 1
#include <immintrin.h>
#endif

namespace prise::websocket {
namespace {

constexpr std::size_t block_bytes = 64;

}  // namespace

std::size_t valid_blocks_portable(Bytes bytes) {
  std::size_t done = 0;
  for (; bytes.size() - done >= block_bytes; done += block_bytes) {
    std::array<std::uint64_t, block_bytes / 8> words{};
    std::memcpy(words.data(), bytes.data() + done, block_bytes);
    std::uint64_t any = 0;
    for (const std::uint64_t word : words)
      any |= word;
    if ((any & 0x8080808080808080) != 0) return done;
  }
  return done;
}

#ifdef PRISE_UTF8_AVX2
namespace {

// Thirty-two bytes at a time, after Keiser and Lemire, "Validating UTF-8 in less than one
// instruction per byte" (2021). Any fault of UTF-8 shows in two neighbouring bytes: in the high
// and low halves of the first, and the high half of the second. Each fault is one bit; three
// tables of sixteen say which faults each half allows, and a bit left in all three is a fault.
struct Fault {
  std::uint8_t bit;
  std::uint16_t first_high, first_low, second_high;  // sets of nibbles: bit n stands for n
};

constexpr std::uint16_t from_to(int first, int last) {
  return static_cast<std::uint16_t>((2u << last) - (1u << first));
}

constexpr std::uint16_t any_nibble = 0xFFFF;
constexpr std::uint16_t continuation = from_to(0x8, 0xB);
constexpr std::uint16_t not_continuation = any_nibble & ~continuation;
constexpr std::uint8_t two_continuations = 0x80;

constexpr auto faults = std::to_array<Fault>({
    {0x01, from_to(0xC, 0xF), any_nibble, not_continuation},            // cut short
    {0x02, from_to(0x0, 0x7), any_nibble, continuation},                // continues ASCII
    {0x04, from_to(0xC, 0xC), from_to(0x0, 0x1), continuation},         // C0 C1: overlong
    {0x08, from_to(0xE, 0xE), from_to(0x0, 0x0), from_to(0x8, 0x9)},    // E0: overlong
    {0x10, from_to(0xE, 0xE), from_to(0xD, 0xD), from_to(0xA, 0xB)},    // ED: surrogate
    {0x20, from_to(0xF, 0xF), 0x0001 | from_to(5, 15), from_to(8, 8)},  // F0 overlong, F5..FF
    {0x40, from_to(0xF, 0xF), from_to(0x4, 0xF), from_to(0x9, 0xB)},    // beyond U+10FFFF
    {two_continuations, continuation, any_nibble, continuation},        // unless a long form
});

using Table = std::array<std::uint8_t, 32>;  // sixteen entries, twice: one for each half register

constexpr Table table_of(std::uint16_t Fault::*nibbles) {
  Table table{};
  for (const Fault& fault : faults)
    for (std::size_t i = 0; i < table.size(); ++i)
      if ((fault.*nibbles >> (i % 16) & 1) != 0) table[i] |= fault.bit;
  return table;
}

alignas(32) constexpr Table first_high_faults = table_of(&Fault::first_high);
alignas(32) constexpr Table first_low_faults = table_of(&Fault::first_low);
alignas(32) constexpr Table second_high_faults = table_of(&Fault::second_high);

#define PRISE_AVX2 __attribute__((target("avx2")))

PRISE_AVX2 inline __m256i load(const void* from) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(from));
}

PRISE_AVX2 inline __m256i look_up(const Table& table, __m256i nibbles) {
  return _mm256_shuffle_epi8(_mm256_load_si256(reinterpret_cast<const __m256i*>(table.data())),
                             nibbles);
}

PRISE_AVX2 inline __m256i high_nibbles(__m256i bytes) {
  return _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(0x0F));
}

// The bytes that stand `n` places before those of `now`.
template <int n>
PRISE_AVX2 inline __m256i earlier(__m256i now, __m256i before) {
  return _mm256_alignr_epi8(now, _mm256_permute2x128_si256(before, now, 0x21), 16 - n);
}

// Non-zero where a fault is. `before` is the block that precedes `now`.
PRISE_AVX2 inline __m256i faults_in(__m256i now, __m256i before) {
  const __m256i first = earlier<1>(now, before);
  const __m256i pair = _mm256_and_si256(
      _mm256_and_si256(look_up(first_high_faults, high_nibbles(first)),
                       look_up(first_low_faults, _mm256_and_si256(first, _mm256_set1_epi8(0x0F)))),
      look_up(second_high_faults, high_nibbles(now)));
  // Two continuations are right, and required, two places after E0..FF and three after F0..FF:
  // a saturated subtraction leaves the top bit there and nowhere else.
  const __m256i third =
      _mm256_subs_epu8(earlier<2>(now, before), _mm256_set1_epi8(char{0xE0 - 0x80}));
  const __m256i fourth =
      _mm256_subs_epu8(earlier<3>(now, before), _mm256_set1_epi8(char{0xF0 - 0x80}));
  const __m256i due = _mm256_and_si256(_mm256_or_si256(third, fourth),
                                       _mm256_set1_epi8(static_cast<char>(two_continuations)));
  return _mm256_xor_si256(pair, due);
}

// `end` moved back over a character that it would cut in two.
std::size_t before_cut_character(Bytes bytes, std::size_t end) {
  for (std::size_t back = 1; back <= 3 && back <= end; ++back) {
    const auto byte = std::to_integer<unsigned>(bytes[end - back]);
    if (byte < 0x80) return end;
    if (byte < 0xC0) continue;
    const std::size_t character_bytes = byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    return character_bytes > back ? end - back : end;
  }
  return end;
}

PRISE_AVX2 std::size_t valid_blocks_avx2(Bytes bytes) {
  std::size_t done = 0;
  __m256i before = _mm256_setzero_si256();
  for (; bytes.size() - done >= block_bytes; done += block_bytes) {
    const __m256i low = load(bytes.data() + done);
    const __m256i high = load(bytes.data() + done + 32);
    const int beyond_ascii = _mm256_movemask_epi8(_mm256_or_si256(low, high));
    if (beyond_ascii != 0 || _mm256_movemask_epi8(before) != 0) {
      const __m256i wrong = _mm256_or_si256(faults_in(low, before), faults_in(high, low));
      if (_mm256_testz_si256(wrong, wrong) == 0) break;
    }
    before = high;
  }
  return before_cut_character(bytes, done);
}

}  // namespace
#endif

std::size_t valid_blocks(Bytes bytes) {
#ifdef PRISE_UTF8_AVX2
  static const bool has_avx2 = __builtin_cpu_supports("avx2") != 0;
  if (has_avx2 && bytes.size() >= block_bytes) return valid_blocks_avx2(bytes);
#endif
  return valid_blocks_portable(bytes);
}

}  // namespace prise::websocket
