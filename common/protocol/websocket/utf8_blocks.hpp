// The quick part of UTF-8 validation, block by block; utf8.cpp does the rest byte by byte.
// Internal to utf8.cpp and its tests. Lesson 16 shows only the byte-by-byte automaton.
#pragma once

#include <cstddef>

#include "protocol/websocket/bytes.hpp"

namespace prise::websocket {

// The length of a prefix of `bytes` that is valid and ends between two characters. It may be
// shorter than the longest one: what follows it is for the automaton to judge. `bytes` must begin
// between two characters.
//
// Uses vector instructions where this processor has them, otherwise the portable twin.
std::size_t valid_blocks(Bytes bytes);

// The twin without intrinsics: leaps over ASCII only.
std::size_t valid_blocks_portable(Bytes bytes);

// is_utf8() as it is where there are no vector instructions: for tests and benchmarks.
bool is_utf8_portable(Bytes bytes);

}  // namespace prise::websocket
