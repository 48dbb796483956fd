// The bytes a fuzz target is given: the first ones say how the rest is cut, as a network would.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "protocol/websocket/bytes.hpp"

namespace prise::fuzz {

using websocket::Bytes;

// Ends the program, which libFuzzer reports with the input, if something that must hold does not.
inline void require(bool holds) {
  if (!holds) std::abort();
}

// Sizes for chunks, read from the front of the input: eight bytes, used over and over.
class Chunks {
public:
  Chunks(const std::uint8_t* data, std::size_t size)
      : bytes_{std::as_bytes(std::span{data, size})},
        sizes_{bytes_.first(std::min(size, sizes_max))} {
    bytes_ = bytes_.subspan(sizes_.size());
  }

  [[nodiscard]] bool empty() const { return bytes_.empty(); }
  [[nodiscard]] Bytes rest() const { return bytes_; }

  // One byte of the input's own, for a choice.
  std::uint8_t take_choice() {
    if (bytes_.empty()) return 0;
    const auto choice = std::to_integer<std::uint8_t>(bytes_.front());
    bytes_ = bytes_.subspan(1);
    return choice;
  }

  Bytes take_chunk() {
    const auto size = std::to_integer<std::size_t>(sizes_[next_++ % sizes_.size()]);
    const std::size_t count = std::min(size == 255 ? bytes_.size() : size + 1, bytes_.size());
    const Bytes chunk = bytes_.first(count);
    bytes_ = bytes_.subspan(count);
    return chunk;
  }

private:
  static constexpr std::size_t sizes_max = 8;
  Bytes bytes_;
  Bytes sizes_;
  std::size_t next_ = 0;
};

}  // namespace prise::fuzz
