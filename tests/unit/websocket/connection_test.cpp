#include "protocol/websocket/connection.hpp"

#include "support/catch.hpp"
#include "unit/websocket/replay.hpp"

using namespace prise::websocket;
using namespace prise::websocket::test;

namespace {

constexpr Role server = Role::server;
constexpr Role client = Role::client;

std::string fed(Connection& connection, std::string_view bytes) {
  const Buffer copy = buffer(bytes);
  return played_events(connection, copy, {copy.empty() ? 1 : copy.size()});
}

std::string fed_hex(Connection& connection, std::string_view digits) {
  const Buffer bytes = hex(digits);
  return played_events(connection, bytes, {bytes.size()});
}

std::string ended(Connection& connection) {
  connection.receive_end();
  std::string events;
  while (const auto event = connection.next_event())
    events += described(*event);
  return events;
}

std::string sent(Connection& connection, Role role) {
  return described(taken_output(connection), role);
}

std::string sent_text(Connection& connection) {
  return std::string{text_of(taken_output(connection))};
}

}  // namespace

TEST_CASE("frames that come with the handshake are kept, however it is cut", "[rfc6455][4.2.2]") {
  const Config config = test_config();
  for (const Role role : {server, client}) {
    const std::string head = role == server ? request_for(config) : response_for(config);
    const Buffer bytes =
        buffer(head) + hex(role == server ? "81 81 00000000 61 89 80 00000000" : "81 01 61 89 00");
    const std::string expected =
        std::string{role == server ? "upgrade(/) " : ""} + "opened() text(a) ping()";
    for (std::size_t cut = 1; cut <= bytes.size(); ++cut) {
      Connection connection = role == server
                                  ? Connection::server(config)
                                  : Connection::client(config, {"localhost", "/", {}, {}});
      CAPTURE(cut);
      CHECK(played_events(connection, bytes, {cut, bytes.size()}) == expected);
    }
    Connection connection = role == server ? Connection::server(config)
                                           : Connection::client(config, {"localhost", "/", {}, {}});
    CHECK(played_events(connection, bytes, {1}) == expected);
  }
}

TEST_CASE("a server answers a bad request with its status, and ends", "[rfc6455][4.2.1]") {
  const Config config = test_config();
  struct Row {
    const char* request;
    const char* events;
    const char* status_line;
  };
  for (const Row& row : {
           Row{"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "closed(1006 upgrade_missing)+426",
               "HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nSec-WebSocket-Version: "
               "13\r\n"},
           Row{"GET / HTTP/1.1\nHost: a\r\n\r\n", "closed(1006 head_malformed)+400",
               "HTTP/1.1 400 "},
           Row{"GET / HTTP/1.1\rH", "closed(1006 head_malformed)+400", "HTTP/1.1 400 "},
           Row{"GET / HTTP/2.0\r\n", "closed(1006 head_malformed)+505", "HTTP/1.1 505 "},
           Row{"\x16\x03\x01", "closed(1006 head_malformed)+400", "HTTP/1.1 400 "},
           Row{"POST / HTTP/1.1\r\nHost: a\r\n\r\n", "closed(1006 method_not_get)+405",
               "HTTP/1.1 405 Method Not Allowed\r\nAllow: GET\r\n"},
       }) {
    for (const std::size_t chunk : {std::size_t{1}, std::size_t{1000}}) {
      CAPTURE(row.request, chunk);
      Connection connection = Connection::server(config);
      const std::string with_more = std::string{row.request} + "trailing\r\n\r\n";
      CHECK(played_events(connection, bytes_of(with_more), {chunk}) == row.events);
      const std::string answer = sent_text(connection);
      CHECK(answer.substr(0, std::string_view{row.status_line}.size()) == row.status_line);
      CHECK(connection.transport() == Transport::shut_down_writing);
      CHECK_FALSE(connection.send_text("a"));
      connection.receive_end();
      CHECK(connection.transport() == Transport::close);
      CHECK(taken_output(connection).empty());
    }
  }
}

TEST_CASE("a byte that no head may have is refused at once", "[rfc9110][5.5]") {
  const Config config = test_config();
  Connection connection = Connection::server(config);
  CHECK(fed(connection, "GET ").empty());
  CHECK(fed(connection, "/").empty());
  CHECK(fed(connection, "\x01") == "closed(1006 head_malformed)+400");
}

TEST_CASE("an endless head is refused at its limit", "[rfc6585][5]") {
  Config config = test_config();
  config.head.head_bytes_max = 200;
  for (const std::size_t chunk :
       {std::size_t{1}, std::size_t{7}, std::size_t{199}, std::size_t{1000}}) {
    Connection connection = Connection::server(config);
    const std::string endless = "GET / HTTP/1.1\r\nA: " + std::string(1000, 'a');
    CHECK(played_events(connection, bytes_of(endless), {chunk}) ==
          "closed(1006 head_too_large)+431");
  }
}

TEST_CASE("the program may refuse a good request, or answer a plain one", "[rfc6455][4.2.2]") {
  Config config = test_config();
  config.plain_requests = PlainRequests::hand_out;
  Connection refusing = Connection::server(config);
  Buffer request = buffer(request_for(config));
  refusing.receive(request);
  CHECK(described(*refusing.next_event()) == "upgrade(/)");
  refusing.refuse(401);
  CHECK(described(*refusing.next_event()) == "closed(1006 refused_by_application)+401");
  CHECK_FALSE(refusing.next_event().has_value());
  CHECK(sent_text(refusing).substr(0, 25) == "HTTP/1.1 401 Unauthorized");

  Connection page = Connection::server(config);
  Buffer get = buffer("GET /index.html HTTP/1.1\r\nHost: a\r\n\r\n");
  page.receive(get);
  CHECK(described(*page.next_event()) == "plain(/index.html)");
  page.respond(200, "text/html", "<p>");
  CHECK(described(*page.next_event()) == "closed(1006 refused_by_application)+200");
  CHECK(sent_text(page) ==
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 3\r\nConnection: "
        "close\r\n\r\n<p>");
  CHECK(page.transport() == Transport::shut_down_writing);

  Connection unanswered = Connection::server(config);
  CHECK(fed(unanswered, "GET / HTTP/1.1\r\nHost: a\r\n\r\n") ==
        "plain(/) closed(1006 upgrade_missing)+426");
}

TEST_CASE("a request that waits for the program needs the driver's bytes no longer", "[design]") {
  const Config config = test_config();
  Connection connection = Connection::server(config);
  Buffer bytes = buffer(request_for(config)) + hex("81 81 00000000 61");
  connection.receive(bytes);
  CHECK(described(*connection.next_event()) == "upgrade(/)");
  connection.keep_input();
  std::fill(bytes.begin(), bytes.end(), std::byte{0xEE});
  Buffer more = hex("81 81 00000000 62");
  connection.receive(more);
  std::fill(more.begin(), more.end(), std::byte{0xEE});
  CHECK(described(*connection.next_event()) == "opened()");
  CHECK(described(*connection.next_event()) == "text(a)");
  Buffer yet_more = hex("81 81 00000000 63");
  connection.receive(yet_more);
  CHECK(described(*connection.next_event()) == "text(b)");
  CHECK(described(*connection.next_event()) == "text(c)");
  CHECK_FALSE(connection.next_event().has_value());
  CHECK(sent_text(connection) == response_for(config));
}

TEST_CASE("a client goes away from a bad answer", "[rfc6455][4.1]") {
  const Config config = test_config();
  Connection refused = Connection::client(config, {"localhost", "/", {}, {}});
  CHECK(sent_text(refused) == request_for(config));
  CHECK(fed(refused, "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\noops") ==
        "closed(1006 status_not_101)+404");
  CHECK(refused.transport() == Transport::close);
  CHECK(taken_output(refused).empty());

  Connection cut = Connection::client(config, {"localhost", "/", {}, {}});
  CHECK(fed(cut, "HTTP/1.1 101 Switching").empty());
  CHECK(ended(cut) == "closed(1006 handshake_cut)");
  CHECK(cut.transport() == Transport::close);
}

TEST_CASE("the closing handshake, begun here", "[rfc6455][7.1.2]") {
  const Config config = test_config();
  Connection connection = opened(server, config);
  CHECK(connection.transport() == Transport::keep_open);
  CHECK(connection.close(CloseCode::going_away, "fin"));
  CHECK(sent(connection, server) == "close(1001 fin)");
  CHECK(connection.transport() == Transport::await_peer_close);
  CHECK_FALSE(connection.is_open());
  CHECK_FALSE(connection.send_text("a"));
  CHECK_FALSE(connection.send_ping());
  CHECK_FALSE(connection.close());
  // What the peer sent before it saw our close still comes; its pings are not answered.
  CHECK(fed_hex(connection, "81 81 00000000 61 89 80 00000000") == "text(a) ping()");
  CHECK(fed_hex(connection, "88 82 00000000 03e9") == "closed(1001)");
  CHECK(taken_output(connection).empty());
  CHECK(connection.transport() == Transport::shut_down_writing);
  CHECK(ended(connection).empty());
  CHECK(connection.transport() == Transport::close);
}

TEST_CASE("after a clean close the client waits for the server to end the stream",
          "[rfc6455][7.1.1]") {
  const Config config = test_config();
  Connection connection = opened(client, config);
  CHECK(fed_hex(connection, "88 02 03e8") == "closed(1000)");
  CHECK(sent(connection, client) == "close(1000)");
  CHECK(connection.transport() == Transport::await_peer_close);
  CHECK(ended(connection).empty());
  CHECK(connection.transport() == Transport::close);
}

TEST_CASE("an end of stream without a close is abnormal", "[rfc6455][7.1.5]") {
  const Config config = test_config();
  for (const char* bytes : {"", "81", "81 05 48", "01 01 61", "88 02 03"}) {
    CAPTURE(bytes);
    Connection connection = opened(client, config);
    CHECK(fed_hex(connection, bytes).empty());
    CHECK(ended(connection) == "closed(1006 ended_without_close)");
    CHECK(connection.transport() == Transport::close);
    CHECK(taken_output(connection).empty());
  }
  Connection closing = opened(client, config);
  closing.close();
  CHECK(ended(closing) == "closed(1006 ended_without_close)");
}

TEST_CASE("an error while closing sends no second close", "[rfc6455][5.5.1]") {
  const Config config = test_config();
  Connection connection = opened(client, config);
  connection.close();
  CHECK(fed_hex(connection, "83 00") == "closed(1002 opcode_reserved)");
  CHECK(sent(connection, client) == "close(1000)");
}

TEST_CASE("a message is refused on the head of the frame that makes it too big",
          "[rfc6455][10.4]") {
  Config config = test_config();
  config.message_bytes_max = 10;
  struct Row {
    const char* bytes;
    const char* events;
  };
  const std::string too_big = "closed(1009 message_too_big)";
  for (const Row& row :
       {Row{"82 0a 30313233343536373839", "binary(0123456789)"}, Row{"82 0b", too_big.c_str()},
        Row{"82 7f 4000000000000000", too_big.c_str()},
        Row{"02 05 3031323334 00 05 3031323334 80 00", "binary(0123401234)"},
        Row{"02 05 3031323334 80 06", too_big.c_str()},
        Row{"02 05 3031323334 80 7f 7fffffffffffffff", too_big.c_str()},
        Row{"82 0a 30313233343536373839 82 0a 30313233343536373839",
            "binary(0123456789) binary(0123456789)"}}) {
    CAPTURE(row.bytes);
    const Buffer bytes = hex(row.bytes);
    CHECK(played(client, config, bytes, {bytes.size()}).events == row.events);
    CHECK(played(client, config, bytes, {1}).events == row.events);
  }
}

TEST_CASE("a message may not have fragments without end", "[rfc6455][10.4]") {
  Config config = test_config();
  config.fragments_max = 3;
  CHECK(played(client, config, hex("01 00 00 00 80 00 01 00 00 00 80 00"), {2}).events ==
        "text() text()");
  CHECK(played(client, config, hex("01 00 00 00 00 00 80 00"), {2}).events ==
        "closed(1009 too_many_fragments)");
}

TEST_CASE("messages are sent in fragments, with control frames between", "[rfc6455][5.4]") {
  const Config config = test_config();
  Connection connection = opened(client, config);
  CHECK(connection.send_fragment(Opcode::text, bytes_of("a"), Fin::more));
  CHECK(connection.send_ping(bytes_of("p")));
  CHECK(connection.send_fragment(Opcode::text, bytes_of("b"), Fin::more));
  CHECK(connection.send_fragment(Opcode::text, {}, Fin::last));
  CHECK(connection.send_text("c"));
  CHECK(connection.send_pong(bytes_of("q")));
  CHECK(sent(connection, client) ==
        "text...(a) ping(p) continuation...(b) continuation() text(c) pong(q)");
}

TEST_CASE("replies gather in one buffer, and leave in any pieces", "[rfc6455][5.5.3]") {
  const Config config = test_config();
  Connection connection = opened(server, config);
  const auto shared = PreparedFrame::text("shared");
  Buffer expected;
  for (int i = 0; i < 40; ++i) {
    connection.send_text("own " + std::to_string(i));
    if (i % 3 == 0) connection.send_prepared(shared);
  }
  Connection same = opened(server, config);
  for (int i = 0; i < 40; ++i) {
    same.send_text("own " + std::to_string(i));
    if (i % 3 == 0) same.send_text("shared");
  }
  expected = taken_output(same);
  CHECK(connection.output_bytes() == expected.size());

  std::mt19937 random{seed()};
  CAPTURE(seed());
  Buffer written;
  while (connection.output_bytes() > 0) {
    const Output output = connection.output();
    std::size_t left = 1 + below(random, 30);
    std::size_t count = 0;
    for (const Bytes piece : output) {
      const Bytes part = piece.first(std::min(piece.size(), left - count));
      written.insert(written.end(), part.begin(), part.end());
      count += part.size();
    }
    connection.wrote(count);
  }
  CHECK(written == expected);
}

TEST_CASE("a prepared frame is one copy for all servers, and masked anew by a client",
          "[rfc6455][5.3]") {
  const Config config = test_config();
  const auto shared = PreparedFrame::binary(bytes_of("everyone"));
  Connection one = opened(server, config);
  Connection two = opened(server, config);
  CHECK(one.send_prepared(shared));
  CHECK(two.send_prepared(shared));
  CHECK(one.output()[0].data() == two.output()[0].data());
  CHECK(sent(one, server) == "binary(everyone)");
  Connection masking = opened(client, config);
  CHECK(masking.send_prepared(shared));
  CHECK(sent(masking, client) == "binary(everyone)");
  CHECK(shared.use_count() == 2);  // `two` has not written yet
}

TEST_CASE("a large message leaves from where it is, and what does not leave is copied",
          "[design]") {
  const Config config = test_config();
  const std::string lent(60, 'x');
  const std::string expected = "text(before) binary(" + lent + ") text(after)";
  for (const std::size_t written : {std::size_t{0}, std::size_t{5}, std::size_t{20}, std::size_t{65}}) {
    CAPTURE(written);
    Connection connection = opened(server, config);
    std::string payload = lent;
    connection.send_text("before");
    CHECK(connection.send_uncopied(Opcode::binary, bytes_of(payload)));
    const Output output = connection.output();
    CHECK(output[output.size() - 1].data() == bytes_of(payload).data());
    Buffer all;
    for (const Bytes piece : output)
      all.insert(all.end(), piece.begin(), piece.end());
    connection.wrote(written);
    all.resize(written);
    connection.keep_output();
    payload.assign(payload.size(), '?');
    connection.send_text("after");
    const Buffer rest = taken_output(connection);
    all.insert(all.end(), rest.begin(), rest.end());
    CHECK(described(all, server) == expected);
  }
  Connection masking = opened(client, config);
  CHECK(masking.send_uncopied(Opcode::text, bytes_of("masked")));
  CHECK(sent(masking, client) == "text(masked)");
  masking.close();
  CHECK_FALSE(masking.send_uncopied(Opcode::text, bytes_of("late")));
}

TEST_CASE("an idle connection is small, and gives its buffers back", "[design]") {
  CHECK(sizeof(Connection) <= 640);
  BufferPool pool;
  Config config = test_config();
  config.buffers = &pool;
  Connection connection = opened(client, config);
  CHECK(fed_hex(connection, "01 01 61 80 01 62 89 01 31") == "text(ab) ping(1)");
  taken_output(connection);
  // One buffer served the request, the fragments and the pong, one after another.
  CHECK(pool.take().capacity() > 0);
  CHECK(pool.take().capacity() == 0);
}
