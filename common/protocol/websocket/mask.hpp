// Masking (RFC 6455 section 5.3). Written raw in lesson 16, one byte at a time.
#pragma once

#include <array>
#include <cstddef>

#include "protocol/websocket/bytes.hpp"

namespace prise::websocket {

using MaskKey = std::array<std::byte, 4>;

// Masks `payload` in place, or unmasks it: byte i of a frame's payload is XORed with byte i mod 4
// of the key. `offset` is the place in the frame of payload[0], for a frame that comes in pieces.
void apply_mask(MutableBytes payload, MaskKey key, std::size_t offset = 0);

}  // namespace prise::websocket
