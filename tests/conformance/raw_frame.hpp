// Frames as bytes, written here a second time on purpose: the harness must not share a mistake with
// what it tests. RFC 6455 section 5.2.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "conformance/case.hpp"

namespace prise::conformance {

using MaskBytes = std::array<unsigned char, 4>;

std::string masked(std::string_view payload, MaskBytes key);

// The bytes of one frame; `head_bytes` of them stand before the payload. `key`: none if the frame
// is not masked.
struct FrameBytes {
  std::string bytes;
  std::size_t head_bytes = 0;
};
FrameBytes frame_bytes(const Frame& frame, std::string_view payload, std::optional<MaskBytes> key);

// A frame of the peer, its payload unmasked.
struct ReceivedFrame {
  int opcode = 0;
  int rsv = 0;
  bool fin = false;
  std::optional<MaskBytes> key;
  bool shortest_length = true;
  std::string payload;
  std::size_t bytes = 0;  // of the whole frame
};
std::optional<ReceivedFrame> read_frame(std::string_view input);  // nothing: more is needed

}  // namespace prise::conformance
