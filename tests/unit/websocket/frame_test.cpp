#include "protocol/websocket/frame.hpp"

#include <ostream>

#include "support/catch.hpp"
#include "unit/websocket/bytes.hpp"

using namespace prise::websocket;
using namespace prise::websocket::test;
using Outcome = FrameHeadParse::Outcome;

namespace {

constexpr MaskKey key{std::byte{0x37}, std::byte{0xfa}, std::byte{0x21}, std::byte{0x3d}};

struct Good {
  const char* bytes;
  Role reader;
  FrameHead head;
};

struct Bad {
  const char* bytes;  // all but the last are a good beginning
  Role reader;
  Rule rule;
};

void check_short(const Buffer& head, Role reader) {
  for (std::size_t length = 0; length < head.size(); ++length)
    CHECK(parse_frame_head(Bytes{head}.first(length), reader).outcome == Outcome::more);
}

}  // namespace

TEST_CASE("a frame's head is read whole, and needs each of its bytes", "[rfc6455][5.2]") {
  const auto text = [](std::uint64_t bytes, bool masked) {
    return FrameHead{Opcode::text, Fin::last, Compressed::no, masked, masked ? key : MaskKey{},
                     bytes};
  };
  const auto row = GENERATE_COPY(values<Good>({
      {"81 05", Role::client, text(5, false)},
      {"81 85 37fa213d", Role::server, text(5, true)},
      {"81 00", Role::client, text(0, false)},
      {"81 7d", Role::client, text(125, false)},
      {"81 7e 007e", Role::client, text(126, false)},
      {"81 7e 007f", Role::client, text(127, false)},
      {"81 fe ffff 37fa213d", Role::server, text(65535, true)},
      {"81 7f 0000000000010000", Role::client, text(65536, false)},
      {"81 ff 7fffffffffffffff 37fa213d", Role::server, text(payload_bytes_limit - 1, true)},
      {"01 00", Role::client, {Opcode::text, Fin::more, Compressed::no, false, {}, 0}},
      {"00 01", Role::client, {Opcode::continuation, Fin::more, Compressed::no, false, {}, 1}},
      {"c2 01", Role::client, {Opcode::binary, Fin::last, Compressed::yes, false, {}, 1}},
      {"88 00", Role::client, {Opcode::close, Fin::last, Compressed::no, false, {}, 0}},
      {"89 7d", Role::client, {Opcode::ping, Fin::last, Compressed::no, false, {}, 125}},
      {"8a 80 37fa213d", Role::server, {Opcode::pong, Fin::last, Compressed::no, true, key, 0}},
  }));
  CAPTURE(row.bytes);
  const Buffer bytes = hex(row.bytes);
  for (const Buffer& trailing : {Buffer{}, hex("00"), Buffer(40, std::byte{0xFF})}) {
    const FrameHeadParse parse = parse_frame_head(bytes + trailing, row.reader);
    CHECK(parse.outcome == Outcome::value);
    CHECK(parse.head_bytes == bytes.size());
    CHECK((parse.head == row.head));
  }
  check_short(bytes, row.reader);
  Buffer written;
  append_frame_head(written, row.head);
  CHECK(written == bytes);
}

TEST_CASE("a broken head is refused at the byte that breaks it", "[rfc6455][5.2]") {
  const auto row = GENERATE(values<Bad>({
      {"91", Role::client, Rule::reserved_bit_set},
      {"a1", Role::client, Rule::reserved_bit_set},
      {"f1", Role::server, Rule::reserved_bit_set},
      {"83", Role::client, Rule::opcode_reserved},
      {"87", Role::client, Rule::opcode_reserved},
      {"8b", Role::server, Rule::opcode_reserved},
      {"8f", Role::server, Rule::opcode_reserved},
      {"08", Role::client, Rule::control_frame_fragmented},
      {"09", Role::client, Rule::control_frame_fragmented},
      {"0a", Role::client, Rule::control_frame_fragmented},
      {"81 05", Role::server, Rule::frame_unmasked},
      {"81 85", Role::client, Rule::frame_masked},
      {"89 7e", Role::client, Rule::control_frame_too_long},
      {"88 ff", Role::server, Rule::control_frame_too_long},
      {"81 7e 0000", Role::client, Rule::length_not_minimal},
      {"81 7e 007d", Role::client, Rule::length_not_minimal},
      {"81 fe 007d", Role::server, Rule::length_not_minimal},
      {"81 7f 000000000000007e", Role::client, Rule::length_not_minimal},
      {"81 7f 000000000000ffff", Role::client, Rule::length_not_minimal},
      {"81 7f 8000000000000000", Role::client, Rule::length_over_63_bits},
      {"82 ff ffffffffffffffff", Role::server, Rule::length_over_63_bits},
  }));
  CAPTURE(row.bytes, facts_of(row.rule).name);
  const Buffer bytes = hex(row.bytes);
  for (const Buffer& trailing : {Buffer{}, Buffer(40, std::byte{0})}) {
    const FrameHeadParse parse = parse_frame_head(bytes + trailing, row.reader);
    CHECK(parse.outcome == Outcome::broken);
    CHECK(facts_of(parse.rule).name == facts_of(row.rule).name);
  }
  check_short(buffer(Bytes{bytes}.first(bytes.size() - 1)), row.reader);
}

TEST_CASE("every first and second byte is judged as the tables of the RFC say", "[rfc6455][5.2]") {
  for (unsigned first = 0; first < 256; ++first)
    for (unsigned second = 0; second < 256; ++second) {
      const unsigned opcode = first & 0x0F;
      const bool control = opcode >= 8;
      const bool known = opcode <= 2 || (opcode >= 8 && opcode <= 10);
      const bool fits = !control || ((first & 0x80) != 0 && (second & 0x7F) <= 125);
      const bool expected = known && fits && (first & 0x30) == 0 && (second & 0x80) != 0;
      const Buffer bytes{static_cast<std::byte>(first), static_cast<std::byte>(second)};
      const bool accepted = parse_frame_head(bytes, Role::server).outcome != Outcome::broken;
      if (accepted != expected) FAIL(first << " " << second);
    }
}

TEST_CASE("what is written is read back, whatever the length", "[rfc6455][5.2]") {
  std::mt19937 random{seed()};
  CAPTURE(seed());
  for (int round = 0; round < 2000; ++round) {
    const bool masked = below(random, 2) == 0;
    const Buffer payload = random_bytes(random, below(random, round % 100 == 0 ? 70000 : 300));
    FrameHead head{Opcode::binary,           below(random, 2) == 0 ? Fin::more : Fin::last,
                   Compressed::no,           masked,
                   masked ? key : MaskKey{}, payload.size()};
    Buffer bytes = hex("ff");
    append_frame(bytes, head, payload);
    bytes.erase(bytes.begin());
    const auto parse = parse_frame_head(bytes, masked ? Role::server : Role::client);
    REQUIRE(parse.outcome == Outcome::value);
    REQUIRE((parse.head == head));
    const MutableBytes rest = MutableBytes{bytes}.subspan(parse.head_bytes);
    apply_mask(rest, parse.head.key);
    REQUIRE(buffer(rest) == payload);
  }
}

TEST_CASE("each broken rule has a name, a section, and if of a frame a close code",
          "[rfc6455][7.4]") {
  for (int i = 1; i <= static_cast<int>(Rule::ended_without_close); ++i) {
    const RuleFacts& facts = facts_of(static_cast<Rule>(i));
    CHECK_FALSE(facts.name.empty());
    CHECK(facts.section.substr(0, 4) == "RFC ");
    if (i >= static_cast<int>(Rule::reserved_bit_set) &&
        i < static_cast<int>(Rule::ended_without_close))
      CHECK(may_be_sent(facts.close_code));
  }
}
