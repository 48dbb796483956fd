// What a connection makes of frames. Each row is played whole, cut in two at every place, byte by
// byte, and with more bytes after it; nothing may change but what those say.
#include "support/catch.hpp"
#include "unit/websocket/replay.hpp"

using namespace prise::websocket;
using namespace prise::websocket::test;

namespace {

constexpr Role server = Role::server;
constexpr Role client = Role::client;

struct Row {
  const char* section;
  Role role;
  const char* bytes;
  const char* events;
  const char* output;
};

void check_row(const Config& config, const Row& row) {
  CAPTURE(row.section, row.bytes, row.role == server ? "server" : "client");
  const Buffer bytes = hex(row.bytes);
  const Played expected{row.events, row.output};
  const auto whole = played(row.role, config, bytes, {bytes.size()});
  CHECK(whole.events == expected.events);
  CHECK(whole.output == expected.output);
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    CAPTURE(cut);
    CHECK((played(row.role, config, bytes, {cut, bytes.size()}) == expected));
  }
  CHECK((played(row.role, config, bytes, {1}) == expected));

  const bool over = whole.events.find("closed") != std::string::npos;
  const Buffer ping = hex(row.role == server ? "89 81 00000000 7a" : "89 01 7a");
  const Buffer trailing = over ? hex("81 05 ff ff ff ff ff") + ping : ping;
  const Played longer{expected.events + (over ? "" : " ping(z)"),
                      expected.output + (over                      ? ""
                                         : expected.output.empty() ? "pong(z)"
                                                                   : " pong(z)")};
  for (const std::size_t chunk : {bytes.size() + trailing.size(), std::size_t{1}, std::size_t{3}})
    CHECK((played(row.role, config, bytes + trailing, {chunk}) == longer));
}

}  // namespace

TEST_CASE("good frames give their messages", "[rfc6455][5]") {
  const auto row = GENERATE(values<Row>({
      {"5.7", client, "81 05 48656c6c6f", "text(Hello)", ""},
      {"5.7", server, "81 85 37fa213d 7f9f4d5158", "text(Hello)", ""},
      {"5.7", client, "01 03 48656c 80 02 6c6f", "text(Hello)", ""},
      {"5.7", client, "89 05 48656c6c6f", "ping(Hello)", "pong(Hello)"},
      {"5.7", server, "8a 85 37fa213d 7f9f4d5158", "pong(Hello)", ""},
      {"5.2", client, "81 00", "text()", ""},
      {"5.2", server, "82 80 01020304", "binary()", ""},
      {"5.4", client, "01 00 00 00 80 00", "text()", ""},
      {"5.4", client, "02 00 00 02 6162 80 00", "binary(ab)", ""},
      {"5.4", server, "02 81 00000000 61 80 81 20202020 42 81 81 00000000 63", "binary(ab) text(c)",
       ""},
      {"5.5", client, "01 02 4865 89 01 31 00 01 6c 8a 00 89 00 80 02 6c6f",
       "ping(1) pong() ping() text(Hello)", "pong(1) pong()"},
      {"5.5.2", server, "89 80 00000000 89 81 00000000 31 89 81 00000000 32",
       "ping() ping(1) ping(2)", "pong() pong(1) pong(2)"},
      {"5.6", client, "81 02 c3a9 01 01 c3 80 01 a9", "text(\xC3\xA9) text(\xC3\xA9)", ""},
      {"5.6", client, "01 03 e282ac 00 02 f09f 00 01 98 80 01 80",
       "text(\xE2\x82\xAC\xF0\x9F\x98\x80)", ""},
      {"5.6", client, "82 02 c3ff", "binary(\xC3\xFF)", ""},
  }));
  check_row(test_config(), row);
}

TEST_CASE("a broken rule closes with its code, and says its name", "[rfc6455][7.1.7]") {
  const auto row = GENERATE(values<Row>({
      {"5.1", server, "81 01 61", "closed(1002 frame_unmasked)", "close(1002 frame_unmasked)"},
      {"5.1", client, "81 81 00000000 61", "closed(1002 frame_masked)", "close(1002 frame_masked)"},
      {"5.2", client, "c1 01 61", "closed(1002 reserved_bit_set)", "close(1002 reserved_bit_set)"},
      {"5.2", client, "a1 01 61", "closed(1002 reserved_bit_set)", "close(1002 reserved_bit_set)"},
      {"5.2", client, "c9 01 61", "closed(1002 reserved_bit_set)", "close(1002 reserved_bit_set)"},
      {"5.2", client, "83 00", "closed(1002 opcode_reserved)", "close(1002 opcode_reserved)"},
      {"5.2", client, "8f 00", "closed(1002 opcode_reserved)", "close(1002 opcode_reserved)"},
      {"5.2", client, "81 7e 0001 61", "closed(1002 length_not_minimal)",
       "close(1002 length_not_minimal)"},
      {"5.2", client, "82 7f 8000000000000000", "closed(1002 length_over_63_bits)",
       "close(1002 length_over_63_bits)"},
      {"5.4", client, "80 01 61", "closed(1002 continuation_without_message)",
       "close(1002 continuation_without_message)"},
      {"5.4", client, "00 00", "closed(1002 continuation_without_message)",
       "close(1002 continuation_without_message)"},
      {"5.4", client, "81 01 61 80 01 61", "text(a) closed(1002 continuation_without_message)",
       "close(1002 continuation_without_message)"},
      {"5.4", client, "01 01 61 81 01 62", "closed(1002 message_inside_message)",
       "close(1002 message_inside_message)"},
      {"5.4", client, "01 00 02 00", "closed(1002 message_inside_message)",
       "close(1002 message_inside_message)"},
      {"5.5", client, "09 00", "closed(1002 control_frame_fragmented)",
       "close(1002 control_frame_fragmented)"},
      {"5.5", client, "89 7e 007e", "closed(1002 control_frame_too_long)",
       "close(1002 control_frame_too_long)"},
      {"8.1", client, "81 03 61ff62", "closed(1007 text_not_utf8)", "close(1007 text_not_utf8)"},
      {"8.1", client, "81 01 c3", "closed(1007 text_not_utf8)", "close(1007 text_not_utf8)"},
      {"8.1", client, "01 01 c3 80 01 41", "closed(1007 text_not_utf8)",
       "close(1007 text_not_utf8)"},
      {"8.1", client, "01 02 f09f 80 00", "closed(1007 text_not_utf8)",
       "close(1007 text_not_utf8)"},
      {"8.1", client, "89 01 31 81 7e 0200 eda0", "ping(1) closed(1007 text_not_utf8)",
       "pong(1) close(1007 text_not_utf8)"},
  }));
  check_row(test_config(), row);
}

TEST_CASE("a close is answered, and nothing follows it", "[rfc6455][5.5.1]") {
  const auto row = GENERATE(values<Row>({
      {"5.5.1", server, "88 80 00000000", "closed(1005)", "close()"},
      {"5.5.1", client, "88 00", "closed(1005)", "close()"},
      {"5.5.1", client, "88 02 03e8", "closed(1000)", "close(1000)"},
      {"5.5.1", client, "88 05 03e9 627965", "closed(1001 bye)", "close(1001)"},
      {"5.5.1", server, "88 82 01010101 02e9 89 80 00000000", "closed(1000)", "close(1000)"},
      {"5.5.1", client, "01 01 61 88 02 0bb8", "closed(3000)", "close(3000)"},
      {"5.5.1", client, "88 01 03", "closed(1002 close_payload_of_one_byte)",
       "close(1002 close_payload_of_one_byte)"},
      {"5.5.1", client, "88 03 03e8 ff", "closed(1007 close_reason_not_utf8)",
       "close(1007 close_reason_not_utf8)"},
      {"5.5.1", client, "88 03 03e8 c3", "closed(1007 close_reason_not_utf8)",
       "close(1007 close_reason_not_utf8)"},
  }));
  check_row(test_config(), row);
}

TEST_CASE("only the codes of section 7.4 may be in a Close frame", "[rfc6455][7.4]") {
  const Config config = test_config();
  for (unsigned code = 0; code < 0x10000; code += code < 5100 ? 1 : 97) {
    const bool good = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
                      (code >= 3000 && code <= 4999);
    Buffer bytes = hex("88 02");
    bytes.push_back(static_cast<std::byte>(code >> 8));
    bytes.push_back(static_cast<std::byte>(code));
    const std::string expected = good ? std::to_string(code) : "1002 close_code_invalid";
    const auto played_row = played(client, config, bytes, {4});
    if (played_row != Played{"closed(" + expected + ")", "close(" + expected + ")"}) FAIL(code);
  }
}

TEST_CASE("a message that came whole is a view into the bytes received", "[rfc6455][5]") {
  const Config config = test_config();
  Connection connection = opened(server, config);
  Buffer bytes = hex("81 85 37fa213d 7f9f4d5158 82 80 00000000");
  connection.receive(bytes);
  const auto event = connection.next_event();
  REQUIRE(event.has_value());
  const auto text = std::get<Text>(*event).text;
  CHECK(text == "Hello");
  CHECK(static_cast<const void*>(text.data()) == static_cast<const void*>(&bytes[6]));
}

TEST_CASE("lengths around the three forms go both ways", "[rfc6455][5.2]") {
  const std::size_t length = GENERATE(0u, 1u, 125u, 126u, 127u, 65535u, 65536u, 65537u, 200000u);
  CAPTURE(length);
  std::mt19937 random{seed()};
  const Buffer payload = random_bytes(random, length);
  const Config config = [] {
    Config larger = test_config();
    larger.message_bytes_max = 200000;
    return larger;
  }();
  for (const Role role : {client, server}) {
    Connection sender = opened(role, config);
    CHECK(sender.send_binary(payload));
    Buffer wire = taken_output(sender);
    const std::size_t head_bytes = (length <= 125     ? 2
                                    : length <= 65535 ? 4
                                                      : 10) +
                                   (role == client ? 4u : 0u);
    CHECK(wire.size() == head_bytes + length);
    Connection receiver = opened(role == client ? server : client, config);
    receiver.receive(wire);
    const auto event = receiver.next_event();
    REQUIRE(event.has_value());
    CHECK(buffer(std::get<Binary>(*event).bytes) == payload);
    CHECK_FALSE(receiver.next_event().has_value());
  }
}

TEST_CASE("a watcher sees every frame as it is on the wire, both ways", "[rfc6455][5.2]") {
  struct Watcher : FrameWatcher {
    void frame(Direction direction, const FrameHead& head) override {
      append_frame_head(seen(direction), head);
    }
    void payload(Direction direction, Bytes piece) override {
      seen(direction).insert(seen(direction).end(), piece.begin(), piece.end());
    }
    Buffer& seen(Direction direction) { return direction == Direction::sent ? sent : received; }
    Buffer sent, received;
  };
  const Config config = test_config();
  for (const Role role : {client, server}) {
    Connection connection = opened(role, config);
    Watcher watcher;
    connection.watch(&watcher);
    const Buffer bytes = role == server
                             ? hex("01 83 37fa213d 7f9f4d 89 80 00000000 80 82 37fa213d 5b95")
                             : hex("01 03 48656c 89 00 80 02 6c6f");
    CHECK(played_events(connection, bytes, {5, 1, 7}) == "ping() text(Hello)");
    CHECK(watcher.received == bytes);
    connection.send_text("a");
    connection.send_prepared(PreparedFrame::text(std::string(200, 'b')));
    connection.send_fragment(Opcode::text, {}, Fin::last);
    connection.close(CloseCode::normal, "fin");
    CHECK(watcher.sent == taken_output(connection));
    connection.watch(nullptr);
  }
}
