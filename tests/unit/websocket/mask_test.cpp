#include "protocol/websocket/mask.hpp"

#include "support/catch.hpp"
#include "unit/websocket/bytes.hpp"

using namespace prise::websocket;
using namespace prise::websocket::test;

namespace {

constexpr MaskKey key{std::byte{0x37}, std::byte{0xfa}, std::byte{0x21}, std::byte{0x3d}};

// Section 5.3, word for word.
Buffer masked_by_definition(Buffer bytes, std::size_t offset = 0) {
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] ^= key[(i + offset) % 4];
  return bytes;
}

}  // namespace

TEST_CASE("the masked Hello of the RFC", "[rfc6455][5.7]") {
  Buffer bytes = buffer("Hello");
  apply_mask(bytes, key);
  CHECK(bytes == hex("7f 9f 4d 51 58"));
  apply_mask(bytes, key);
  CHECK(bytes == buffer("Hello"));
}

TEST_CASE("any length at any place in memory is masked as the definition says", "[rfc6455][5.3]") {
  std::mt19937 random{seed()};
  CAPTURE(seed());
  const Buffer plain = random_bytes(random, 1200);
  for (std::size_t begin = 0; begin < 9; ++begin)
    for (std::size_t length = 0; length < 1100; length += length < 300 ? 1 : 61) {
      Buffer bytes = plain;
      apply_mask(MutableBytes{bytes}.subspan(begin, length), key);
      const Buffer middle = buffer(Bytes{plain}.subspan(begin, length));
      const Buffer expected = buffer(Bytes{plain}.first(begin)) + masked_by_definition(middle) +
                              buffer(Bytes{plain}.subspan(begin + length));
      if (bytes != expected) FAIL("begin " << begin << ", length " << length);
    }
}

TEST_CASE("a payload that comes in pieces keeps its place in the key", "[rfc6455][5.3]") {
  std::mt19937 random{seed()};
  CAPTURE(seed());
  const Buffer plain = random_bytes(random, 700);
  const Buffer expected = masked_by_definition(plain);
  for (std::size_t cut = 0; cut <= plain.size(); ++cut) {
    Buffer bytes = plain;
    apply_mask(MutableBytes{bytes}.first(cut), key);
    apply_mask(MutableBytes{bytes}.subspan(cut), key, cut);
    REQUIRE(bytes == expected);
  }
}
