#include "protocol/websocket/deflate.hpp"

#include "support/catch.hpp"
#include "unit/websocket/replay.hpp"

using namespace prise::websocket;
using namespace prise::websocket::test;
using Outcome = Inflater::Outcome;

namespace {

constexpr std::uint64_t no_limit = std::uint64_t{1} << 30;

Config deflate_config(const DeflateOptions& options = {}) {
  Config config = test_config();
  config.deflate = options;
  config.deflate->compressed_bytes_min = 1;
  return config;
}

std::string inflated(Inflater& inflater, Bytes message) {
  Buffer out;
  if (inflater.append(message, out, no_limit) != Outcome::good) return "(corrupt)";
  if (inflater.finish(out, no_limit) != Outcome::good) return "(corrupt)";
  return std::string{text_of(out)};
}

// A server that takes `messages`, each a hex payload of a compressed text, cut into bytes.
std::string text_events(const Config& config, const Buffer& wire, std::size_t chunk) {
  return played(Role::client, config, wire, {chunk}).events;
}

Buffer frame(const char* first_byte, const Buffer& payload) {
  REQUIRE(payload.size() < 126);
  return hex(first_byte) + Buffer{static_cast<std::byte>(payload.size())} + payload;
}

}  // namespace

TEST_CASE("the examples of RFC 7692", "[rfc7692][7.2.3]") {
  const Config config = deflate_config();
  const Buffer hello = hex("f248cdc9c90700");
  const Buffer again = hex("f200110000");
  struct Row {
    const char* section;
    Buffer wire;
    const char* events;
  };
  for (const Row& row : {
           Row{"7.2.3.1", frame("c1", hello), "text(Hello)"},
           Row{"7.2.3.1", frame("41", hex("f248cd")) + frame("80", hex("c9c90700")), "text(Hello)"},
           Row{"7.2.3.2", frame("c1", hello) + frame("c1", again), "text(Hello) text(Hello)"},
           Row{"7.2.3.2", frame("c1", hello) + frame("c1", hello), "text(Hello) text(Hello)"},
           Row{"7.2.3.3", frame("c1", hex("000500faff48656c6c6f00")), "text(Hello)"},
           Row{"7.2.3.4", frame("c1", hex("f348cdc9c9070000")), "text(Hello)"},
           Row{"7.2.3.4", frame("c1", hex("f348cdc9c9070000")) + frame("c1", again),
               "text(Hello) text(Hello)"},
           Row{"7.2.3.5", frame("c1", hex("f248050000 00ffff cac9c90700")), "text(Hello)"},
           Row{"7.2.3.6", frame("c1", hex("00")), "text()"},
           Row{"6.1", frame("81", buffer("plain")) + frame("c1", hello), "text(plain) text(Hello)"},
           Row{"6.1",
               frame("41", hex("f248cd")) + frame("89", buffer("p")) + frame("80", hex("c9c90700")),
               "ping(p) text(Hello)"},
           Row{"6.1",
               frame("41", hex("f248cd")) + frame("00", {}) + frame("00", hex("c9c907")) +
                   frame("80", hex("00")),
               "text(Hello)"},
           Row{"6.1", frame("c9", buffer("p")), "closed(1002 compressed_bit_misplaced)"},
           Row{"6.1", frame("41", hex("f248cd")) + frame("c0", hex("c9c90700")),
               "closed(1002 compressed_bit_misplaced)"},
           Row{"7.2.2", frame("c1", hex("ffffffff")), "closed(1007 deflate_corrupt)"},
           Row{"7.2.2", frame("c1", hex("f248cdc9")), "closed(1007 deflate_corrupt)"},
           Row{"7.2.2", frame("c1", {}), "closed(1007 deflate_corrupt)"},
           Row{"7.2.2", frame("c1", again), "closed(1007 deflate_corrupt)"},
       }) {
    for (std::size_t chunk = 1; chunk <= row.wire.size(); ++chunk) {
      CAPTURE(row.section, to_hex(row.wire), chunk);
      CHECK(text_events(config, row.wire, chunk) == row.events);
    }
  }
}

TEST_CASE("inflated text is judged as it comes out", "[rfc6455][8.1]") {
  Deflater deflater{15, Takeover::none, {}};
  const Buffer bad = buffer(deflater.deflate(buffer("good so far \xC3\x28 and more")));
  CHECK(text_events(deflate_config(), frame("c1", bad), 1) == "closed(1007 text_not_utf8)");
  const Buffer cut = buffer(deflater.deflate(buffer("caf\xC3")));
  CHECK(text_events(deflate_config(), frame("c1", cut), 9) == "closed(1007 text_not_utf8)");
  CHECK(text_events(deflate_config(), frame("c2", cut), 9) == "binary(caf\xC3)");
}

TEST_CASE("of two faults in one piece the first to come out is named", "[rfc6455][8.1]") {
  const Buffer text_then_rubbish = frame("c1", hex("f232b85f36f8ff"));
  for (std::size_t chunk = 1; chunk <= text_then_rubbish.size(); ++chunk)
    CHECK(text_events(deflate_config(), text_then_rubbish, chunk) == "closed(1007 text_not_utf8)");
}

TEST_CASE("without the extension a compressed frame breaks a rule", "[rfc6455][5.2]") {
  CHECK(text_events(test_config(), frame("c1", hex("f248cdc9c90700")), 20) ==
        "closed(1002 reserved_bit_set)");
}

TEST_CASE("messages keep their context, or not, in each window", "[rfc7692][7.1]") {
  std::mt19937 random{seed()};
  CAPTURE(seed());
  const Takeover takeover = GENERATE(Takeover::keep, Takeover::none);
  const int bits = GENERATE(9, 10, 12, 15);
  Deflater deflater{bits, takeover, {}};
  Inflater inflater{bits, takeover};
  std::size_t first_bytes = 0;
  const std::string phrase = "the same words again and again, as long as the window remembers them";
  for (int round = 0; round < 200; ++round) {
    std::string text = phrase;
    if (round % 10 == 9) text = std::string{text_of(random_bytes(random, 1 + below(random, 5000)))};
    const Buffer compressed = buffer(deflater.deflate(bytes_of(text)));
    if (round == 0) first_bytes = compressed.size();
    if (round == 1 && takeover == Takeover::keep) CHECK(compressed.size() < first_bytes / 2);
    if (round == 1 && takeover == Takeover::none) CHECK(compressed.size() == first_bytes);
    REQUIRE(inflated(inflater, compressed) == text);
  }
}

TEST_CASE("a reference beyond the agreed window is corrupt once its bytes are forgotten",
          "[rfc7692][7.1.2]") {
  std::mt19937 random{seed()};
  CAPTURE(seed());
  const Buffer once = random_bytes(random, 600);  // 9 bits: 512 bytes are remembered
  Deflater deflater{15, Takeover::keep, {}};
  const Buffer first = buffer(deflater.deflate(once));
  const Buffer again = buffer(deflater.deflate(once));  // "the same as 600 bytes ago"
  REQUIRE(again.size() < 20);
  Inflater full{15, Takeover::keep};
  CHECK(inflated(full, first) == text_of(once));
  CHECK(inflated(full, again) == text_of(once));
  Inflater small{9, Takeover::keep};
  CHECK(inflated(small, first) == text_of(once));
  CHECK(inflated(small, again) == "(corrupt)");
}

TEST_CASE("large messages pass in any pieces", "[rfc7692][7.2]") {
  std::mt19937 random{seed()};
  CAPTURE(seed());
  for (const std::size_t size : {std::size_t{1}, std::size_t{70000}, std::size_t{1000000}}) {
    Buffer plain = random_bytes(random, size);
    for (std::size_t i = 0; i < plain.size(); i += 2)
      plain[i] = std::byte{0};
    Deflater deflater{15, Takeover::keep, {}};
    Inflater inflater{15, Takeover::keep};
    const Buffer compressed = buffer(deflater.deflate(plain));
    Buffer out;
    Bytes rest{compressed};
    while (!rest.empty()) {
      const std::size_t count = std::min(rest.size(), 1 + below(random, 3000));
      REQUIRE(inflater.append(rest.first(count), out, size) == Outcome::good);
      rest = rest.subspan(count);
    }
    REQUIRE(inflater.finish(out, size) == Outcome::good);
    CHECK(out == plain);
  }
}

TEST_CASE("a bomb goes off no further than the limit", "[rfc7692][8]") {
  Deflater deflater{15, Takeover::none, {}};
  const Buffer bomb = buffer(deflater.deflate(Buffer(std::size_t{20} << 20, std::byte{0})));
  CHECK(bomb.size() < 30000);
  Inflater inflater{15, Takeover::none};
  Buffer out;
  CHECK(inflater.append(bomb, out, 1000000) == Outcome::too_big);
  CHECK(out.size() == 1000001);
  CHECK(out.capacity() < 4000000);

  Config config = deflate_config();
  config.message_bytes_max = 100000;
  Buffer wire;
  FrameHead head{Opcode::binary, Fin::last, Compressed::yes, false, {}, 0};
  append_frame(wire, head, bomb);
  CHECK(text_events(config, wire, 1000) == "closed(1009 message_too_big)");
}

TEST_CASE("a message of exactly the limit passes, compressed or not", "[rfc6455][10.4]") {
  std::mt19937 random{seed()};
  CAPTURE(seed());
  Config config = deflate_config();
  config.message_bytes_max = 50000;
  for (const std::size_t over : {0u, 1u}) {
    const Buffer noise = random_bytes(random, 50000 + over);  // deflate makes it longer
    Connection sender = opened(Role::server, config);
    CHECK(sender.send_binary(noise));
    const Buffer wire = taken_output(sender);
    CHECK(wire.size() > noise.size() + 4);
    const std::string events = text_events(config, wire, 1000);
    CHECK((events == "closed(1009 message_too_big)") == (over == 1));
  }
  CHECK(text_events(config, hex("c2 7f 4000000000000000"), 20) == "closed(1009 message_too_big)");
}

TEST_CASE("two connections speak compressed in every agreed way", "[rfc7692][7.1]") {
  std::mt19937 random{seed()};
  CAPTURE(seed());
  for (const int server_bits : {8, 9, 15})
    for (const int client_bits : {8, 11, 15})
      for (const Takeover takeover : {Takeover::keep, Takeover::none}) {
        const Config config = deflate_config({takeover, takeover, server_bits, client_bits});
        Connection server = opened(Role::server, config);
        Connection client = opened(Role::client, config);
        for (int round = 0; round < 30; ++round) {
          const std::string text(below(random, 3000), static_cast<char>('a' + round % 26));
          Connection& sender = round % 2 == 0 ? server : client;
          Connection& receiver = round % 2 == 0 ? client : server;
          CHECK(sender.send_text(text));
          Buffer wire = taken_output(sender);
          const bool compressed = (wire[0] & std::byte{0x40}) != std::byte{0};
          CHECK(compressed == (!text.empty() && (round % 2 == 0 ? server_bits : client_bits) > 8));
          receiver.receive(wire);
          const auto event = receiver.next_event();
          REQUIRE(event.has_value());
          REQUIRE(std::holds_alternative<Text>(*event));
          REQUIRE(std::get<Text>(*event).text == text);
        }
      }
}

TEST_CASE("a prepared frame is shared compressed only where no context is kept",
          "[rfc7692][7.1.1]") {
  const DeflateOptions none{Takeover::none, Takeover::none, 15, 15};
  const Config without = deflate_config(none);
  const Config with = deflate_config();
  const std::string text(500, 'x');
  const auto shared = PreparedFrame::text(text, none);
  const auto plain_only = PreparedFrame::text(text);
  const auto first_piece = [](Connection& connection) { return connection.output()[0].data(); };

  Connection sharing = opened(Role::server, without);
  sharing.send_prepared(shared);
  CHECK(first_piece(sharing) == shared->compressed_frame().data());
  Connection encoding = opened(Role::server, with);
  encoding.send_prepared(shared);
  CHECK(first_piece(encoding) != shared->compressed_frame().data());
  const Config uncompressed = test_config();
  Connection plain = opened(Role::server, uncompressed);
  plain.send_prepared(shared);
  CHECK(first_piece(plain) == shared->frame().data());
  Connection encoding_too = opened(Role::server, without);
  encoding_too.send_prepared(plain_only);

  for (auto* sender : {&sharing, &encoding, &encoding_too}) {
    Buffer wire = taken_output(*sender);
    CHECK(wire.size() < 50);
    const Config& config = sender == &encoding ? with : without;
    CHECK(text_events(config, wire, wire.size()).substr(0, 10) == "text(500 b");
  }
}
