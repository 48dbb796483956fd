#include "protocol/websocket/utf8.hpp"

#include <algorithm>
#include <array>

#include "protocol/websocket/utf8_blocks.hpp"

namespace prise::websocket {
namespace {

// The automaton of RFC 3629 section 4. Each state is a bit offset into a 64-bit word, and each
// byte has one word that holds the next state for every state: a step is a load and a shift, and
// the load does not wait for the step before it.
enum State : std::uint8_t {
  impossible = 0,
  boundary = 6,   // between two characters
  tail_1 = 12,    // one more continuation byte
  tail_2 = 18,    // two more
  tail_3 = 24,    // three more
  after_e0 = 30,  // A0..BF, else the form is overlong
  after_ed = 36,  // 80..9F, else it is a surrogate
  after_f0 = 42,  // 90..BF, else overlong
  after_f4 = 48,  // 80..8F, else beyond U+10FFFF
};

struct Arrow {
  State from;
  int first, last;  // the bytes it takes, both included
  State to;
};

constexpr auto arrows = std::to_array<Arrow>({
    {boundary, 0x00, 0x7F, boundary},
    {boundary, 0xC2, 0xDF, tail_1},
    {boundary, 0xE0, 0xE0, after_e0},
    {boundary, 0xE1, 0xEC, tail_2},
    {boundary, 0xED, 0xED, after_ed},
    {boundary, 0xEE, 0xEF, tail_2},
    {boundary, 0xF0, 0xF0, after_f0},
    {boundary, 0xF1, 0xF3, tail_3},
    {boundary, 0xF4, 0xF4, after_f4},
    {tail_1, 0x80, 0xBF, boundary},
    {tail_2, 0x80, 0xBF, tail_1},
    {tail_3, 0x80, 0xBF, tail_2},
    {after_e0, 0xA0, 0xBF, tail_1},
    {after_ed, 0x80, 0x9F, tail_1},
    {after_f0, 0x90, 0xBF, tail_2},
    {after_f4, 0x80, 0x8F, tail_2},
});

constexpr auto next_states = [] {
  std::array<std::uint64_t, 256> words{};  // no arrow: 0, impossible
  for (const Arrow& arrow : arrows)
    for (int byte = arrow.first; byte <= arrow.last; ++byte)
      words[static_cast<std::size_t>(byte)] |= std::uint64_t{arrow.to} << arrow.from;
  return words;
}();

std::uint8_t step_through(std::uint8_t state, Bytes bytes) {
  std::uint64_t word = state;
  for (const std::byte byte : bytes)
    word = next_states[std::to_integer<std::size_t>(byte)] >> (word & 63);
  return word & 63;
}

}  // namespace

bool Utf8Validator::append(Bytes bytes) {
  static_assert(between_characters == boundary);
  // Once impossible, every word leads back to impossible: the low six bits of each are zero.
  std::size_t done = 0;
  while (done < bytes.size() && state_ != boundary)
    if (state_ = step_through(state_, bytes.subspan(done++, 1)); state_ == impossible) return false;
  done += valid_blocks(bytes.subspan(done));
  state_ = step_through(state_, bytes.subspan(done));
  return state_ != impossible;
}

bool Utf8Validator::at_boundary() const {
  return state_ == boundary;
}

bool is_utf8(Bytes bytes) {
  Utf8Validator validator;
  return validator.append(bytes) && validator.at_boundary();
}

bool is_utf8_portable(Bytes bytes) {
  return step_through(boundary, bytes.subspan(valid_blocks_portable(bytes))) == boundary;
}

}  // namespace prise::websocket
