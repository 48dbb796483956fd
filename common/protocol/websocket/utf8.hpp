// UTF-8, judged as it arrives (RFC 3629; RFC 6455 sections 5.6 and 8.1). Written raw in lesson 16.
//
// A text message must be UTF-8, but its frames may cut a character anywhere. The validator keeps a
// state between two pieces, and says no at the first byte that no continuation could redeem: a
// peer that sends rubbish is refused at once, not after its last megabyte.
#pragma once

#include <cstdint>

#include "protocol/websocket/bytes.hpp"

namespace prise::websocket {

class Utf8Validator {
public:
  // True as long as all the bytes seen so far can begin a valid text. Once false, always false,
  // until reset().
  bool append(Bytes bytes);

  // True between two characters: where a text may end.
  [[nodiscard]] bool at_boundary() const;

  void reset() { *this = Utf8Validator{}; }

private:
  static constexpr std::uint8_t between_characters = 6;
  std::uint8_t state_ = between_characters;  // a shift amount: see utf8.cpp
};

// The whole of `bytes` is valid UTF-8.
bool is_utf8(Bytes bytes);

}  // namespace prise::websocket
