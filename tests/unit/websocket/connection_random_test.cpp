// Two connections talk at random; each must hear what the other said, in order, however the bytes
// between them are cut. Replay a failure with PRISE_SEED.
#include "support/catch.hpp"
#include "unit/websocket/replay.hpp"

using namespace prise::websocket;
using namespace prise::websocket::test;

namespace {

struct Side {
  Connection connection;
  std::string said;   // as the other side should hear it
  std::string heard;  // pongs left out: they answer pings
  Buffer wire;        // sent and not yet delivered
};

std::string random_ascii(std::mt19937& random, std::size_t length) {
  std::string text(length, ' ');
  for (char& c : text)
    c = static_cast<char>('a' + below(random, 4));
  return text;
}

std::size_t random_length(std::mt19937& random) {
  const std::size_t limits[] = {2, 10, 130, 1000, 70000};
  return below(random, limits[below(random, 5)]);
}

void say_something(Side& side, std::mt19937& random) {
  const std::string text = random_ascii(random, random_length(random));
  switch (below(random, 5)) {
    case 0:
      side.connection.send_text(text);
      side.said += described(Text{text}) + " ";
      break;
    case 1:
      side.connection.send_binary(bytes_of(text));
      side.said += described(Binary{bytes_of(text)}) + " ";
      break;
    case 2:
      side.connection.send_prepared(PreparedFrame::text(text));
      side.said += described(Text{text}) + " ";
      break;
    case 3: {
      const std::string_view ping = std::string_view{text}.substr(0, 125);
      side.connection.send_ping(bytes_of(ping));
      side.said += described(Ping{bytes_of(ping)}) + " ";
      break;
    }
    default: {
      const std::size_t cut = below(random, text.size() + 1);
      side.connection.send_fragment(Opcode::text, bytes_of(text).first(cut), Fin::more);
      side.connection.send_ping();
      side.connection.send_fragment(Opcode::text, bytes_of(text).subspan(cut), Fin::last);
      side.said += described(Ping{}) + " " + described(Text{text}) + " ";
    }
  }
}

void deliver(Side& from, Side& to, std::mt19937& random) {
  const Buffer sent = taken_output(from.connection);
  from.wire.insert(from.wire.end(), sent.begin(), sent.end());
  if (from.wire.empty()) return;
  const std::size_t count = 1 + below(random, from.wire.size());
  Buffer chunk{from.wire.begin(), from.wire.begin() + static_cast<std::ptrdiff_t>(count)};
  from.wire.erase(from.wire.begin(), from.wire.begin() + static_cast<std::ptrdiff_t>(count));
  to.connection.receive(chunk);
  for (;;) {
    if (below(random, 4) == 0) {
      to.connection.keep_input();
      std::fill(chunk.begin(), chunk.end(), std::byte{0xEE});
    }
    const auto event = to.connection.next_event();
    if (!event) return;
    if (!std::holds_alternative<Pong>(*event)) to.heard += described(*event) + " ";
  }
}

}  // namespace

TEST_CASE("what one side says the other hears, in order, however it is cut", "[rfc6455][5]") {
  std::mt19937 random{seed()};
  CAPTURE(seed());
  for (int talk = 0; talk < 60; ++talk) {
    BufferPool pool;
    Config config = test_config();
    if (talk % 2 == 0) config.deflate.emplace();
    if (talk % 3 == 0) config.buffers = &pool;
    Side server{opened(Role::server, config), {}, {}, {}};
    Side client{opened(Role::client, config), {}, {}, {}};
    for (int step = 0; step < 60; ++step) {
      Side& speaker = below(random, 2) == 0 ? server : client;
      if (below(random, 3) == 0) say_something(speaker, random);
      deliver(server, client, random);
      deliver(client, server, random);
    }
    CHECK(client.connection.close(CloseCode::normal, "enough"));
    client.said += "closed(1000 enough) ";
    for (int rest = 0; rest < 1000 && client.connection.transport() != Transport::await_peer_close;
         ++rest)
      deliver(client, server, random);
    for (int rest = 0; rest < 2000; ++rest) {
      deliver(client, server, random);
      deliver(server, client, random);
    }
    server.said += "closed(1000) ";
    CAPTURE(talk);
    REQUIRE(client.heard == server.said);
    REQUIRE(server.heard == client.said);
    CHECK(server.connection.transport() == Transport::shut_down_writing);
    CHECK(client.connection.transport() == Transport::await_peer_close);
  }
}
