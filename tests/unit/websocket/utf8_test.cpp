#include "protocol/websocket/utf8.hpp"

#include "protocol/websocket/utf8_blocks.hpp"
#include "support/catch.hpp"
#include "unit/websocket/bytes.hpp"

using namespace prise::websocket;
using namespace prise::websocket::test;

namespace {

// RFC 3629 section 3, written the long way round: decode, then judge the number.
bool is_utf8_by_definition(Bytes bytes) {
  for (std::size_t i = 0; i < bytes.size();) {
    const auto lead = std::to_integer<std::uint32_t>(bytes[i]);
    const std::size_t length = lead < 0x80           ? 1
                               : (lead >> 5) == 0x6  ? 2
                               : (lead >> 4) == 0xE  ? 3
                               : (lead >> 3) == 0x1E ? 4
                                                     : 0;
    if (length == 0 || i + length > bytes.size()) return false;
    std::uint32_t code = length == 1 ? lead : lead & (0x7Fu >> length);
    for (std::size_t k = 1; k < length; ++k) {
      const auto next = std::to_integer<std::uint32_t>(bytes[i + k]);
      if ((next & 0xC0) != 0x80) return false;
      code = code << 6 | (next & 0x3F);
    }
    constexpr std::uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (code < smallest[length] || code > 0x10FFFF) return false;
    if (code >= 0xD800 && code <= 0xDFFF) return false;
    i += length;
  }
  return true;
}

void append_character(Buffer& out, std::uint32_t code) {
  const auto put = [&](std::uint32_t byte) { out.push_back(static_cast<std::byte>(byte)); };
  if (code < 0x80) return put(code);
  if (code < 0x800) return put(0xC0 | code >> 6), put(0x80 | (code & 0x3F));
  if (code < 0x10000)
    return put(0xE0 | code >> 12), put(0x80 | (code >> 6 & 0x3F)), put(0x80 | (code & 0x3F));
  put(0xF0 | code >> 18), put(0x80 | (code >> 12 & 0x3F));
  put(0x80 | (code >> 6 & 0x3F)), put(0x80 | (code & 0x3F));
}

Buffer random_text(std::mt19937& random, std::size_t characters) {
  constexpr std::uint32_t ends[] = {0x80, 0x800, 0xD800, 0x110000};
  const std::uint32_t end = ends[below(random, 4)];
  Buffer out;
  for (std::size_t i = 0; i < characters; ++i) {
    auto code = static_cast<std::uint32_t>(below(random, end));
    if (code >= 0xD800 && code <= 0xDFFF) code -= 0x800;
    append_character(out, code);
  }
  return out;
}

struct Row {
  const char* what;
  const char* bytes;
  std::size_t impossible_at;  // the first byte that no continuation could redeem
};

}  // namespace

TEST_CASE("each impossible byte is refused when it comes, not later",
          "[rfc3629][4][rfc6455][8.1]") {
  const auto row = GENERATE(values<Row>({
      {"lone continuation", "80", 0},
      {"overlong two bytes", "c0 af", 0},
      {"overlong two bytes, last", "c1 bf", 0},
      {"overlong three bytes", "e0 9f bf", 1},
      {"surrogate, first", "ed a0 80", 1},
      {"surrogate, last", "ed bf bf", 1},
      {"overlong four bytes", "f0 8f bf bf", 1},
      {"beyond U+10FFFF", "f4 90 80 80", 1},
      {"five-byte form", "f8 88 80 80 80", 0},
      {"FE", "fe", 0},
      {"FF", "ff", 0},
      {"cut by ASCII", "c3 41", 1},
      {"three bytes cut by ASCII", "e2 82 41", 2},
      {"four bytes cut by a lead", "f0 9f 98 c3", 3},
      {"one continuation too many", "c3 a9 a9", 2},
      {"the RFC 6455 examples' kind: text then rubbish", "ce ba e1 bd b9 ed a0 80 65", 6},
  }));
  CAPTURE(row.what);
  const Buffer bytes = hex(row.bytes);
  for (std::size_t padding = 0; padding < 200; ++padding) {
    const Buffer padded = Buffer(padding, std::byte{'a'}) + bytes;
    Utf8Validator validator;
    for (std::size_t i = 0; i < padded.size(); ++i) {
      CAPTURE(padding, i);
      REQUIRE(validator.append(Bytes{padded}.subspan(i, 1)) == (i < padding + row.impossible_at));
    }
    CHECK_FALSE(is_utf8(padded));
    CHECK_FALSE(validator.append(bytes_of("a")));
    CHECK_FALSE(is_utf8(padded + Buffer(100, std::byte{'a'})));
  }
}

TEST_CASE("a text cut in the middle of a character is possible but not complete",
          "[rfc6455][5.6]") {
  for (const char* bytes : {"c3", "e2 82", "e0 a0", "ed 9f", "f0 90", "f4 8f bf", "f1 80 80"}) {
    Utf8Validator validator;
    CHECK(validator.append(hex(bytes)));
    CHECK_FALSE(validator.at_boundary());
    validator.reset();
    CHECK(validator.at_boundary());
  }
}

TEST_CASE("every code point and every pair of bytes is judged as the definition does",
          "[rfc3629][3]") {
  for (std::uint32_t code = 0; code < 0x120000; ++code) {
    Buffer bytes;
    append_character(bytes, code);
    const bool possible = code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
    if (is_utf8(bytes) != possible) FAIL("code point " << code);
  }
  for (unsigned first = 0; first < 256; ++first)
    for (unsigned second = 0; second < 256; ++second) {
      const Buffer pair{static_cast<std::byte>(first), static_cast<std::byte>(second)};
      if (is_utf8(pair) != is_utf8_by_definition(pair)) FAIL(first << " " << second);
    }
}

TEST_CASE("random texts, whole, damaged and cut anywhere, agree with the definition", "[rfc3629]") {
  std::mt19937 random{seed()};
  CAPTURE(seed());
  for (int round = 0; round < 20000; ++round) {
    Buffer bytes = random_text(random, below(random, 120));
    if (!bytes.empty() && below(random, 2) == 0)
      bytes[below(random, bytes.size())] = static_cast<std::byte>(random());
    const bool expected = is_utf8_by_definition(bytes);
    CAPTURE(round, to_hex(bytes));
    REQUIRE(is_utf8(bytes) == expected);

    const std::size_t cut = below(random, bytes.size() + 1);
    Utf8Validator validator;
    const bool head = validator.append(Bytes{bytes}.first(cut));
    const bool tail = validator.append(Bytes{bytes}.subspan(cut));
    REQUIRE((head && tail && validator.at_boundary()) == expected);
  }
}

TEST_CASE("the vector code and its portable twin promise only what is valid", "[rfc3629]") {
  std::mt19937 random{seed()};
  CAPTURE(seed());
  for (int round = 0; round < 5000; ++round) {
    Buffer bytes = random_text(random, 20 + below(random, 200));
    const bool damaged = below(random, 2) == 0;
    if (damaged) bytes[below(random, bytes.size())] = static_cast<std::byte>(random());
    const std::size_t fast = valid_blocks(bytes);
    const std::size_t portable = valid_blocks_portable(bytes);
    CAPTURE(round, fast, portable, to_hex(bytes));
    REQUIRE(fast <= bytes.size());
    REQUIRE(is_utf8_by_definition(Bytes{bytes}.first(fast)));
    REQUIRE(is_utf8_by_definition(Bytes{bytes}.first(portable)));
    REQUIRE(is_utf8(bytes) == is_utf8_portable(bytes));
    // Whatever the prefix, what is left decides the same.
    REQUIRE(is_utf8_by_definition(Bytes{bytes}.subspan(fast)) == is_utf8_by_definition(bytes));
    REQUIRE(is_utf8_by_definition(Bytes{bytes}.subspan(portable)) == is_utf8_by_definition(bytes));
  }
}
