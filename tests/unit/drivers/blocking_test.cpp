#include "drivers/blocking.hpp"

#include <unistd.h>

#include <array>
#include <functional>
#include <future>
#include <optional>
#include <string>

#include "protocol/websocket/frame.hpp"
#include "protocol/websocket/origin.hpp"
#include "support/catch.hpp"
#include "support/loopback.hpp"

namespace {

using namespace prise;
using namespace prise::drivers;
using namespace std::chrono_literals;
using testing::connected;
using websocket::CloseCode;
using websocket::Fin;
using websocket::Opcode;
using websocket::Rule;

const Settings& usual() {
  static const Settings settings;
  return settings;
}

// As usual, but nobody has the time.
Settings hurried() {
  Settings settings;
  settings.timeouts.idle = 200ms;
  settings.timeouts.send = settings.timeouts.close = 50ms;
  return settings;
}

void echo(WebSocket& server) {
  while (const auto message = server.receive()) {
    if (message->kind == Kind::text)
      server.send_text(message->bytes);
    else
      server.send_binary(message->bytes, Leave::with_next);
  }
}

// A server in a thread of its own: one connection, then how it ended.
struct Served {
  std::future<Ending> ending;
  std::string url;
};

Served serve(const Settings& settings, std::function<void(WebSocket&)> talk = echo) {
  net::Listener listener(testing::loopback());
  std::string url = "ws://" + listener.address().host_and_port() + "/";
  auto one = [listener = std::move(listener), &settings, talk]() mutable {
    WebSocket server = WebSocket::accept(listener.accept(), settings);
    talk(server);
    return server.closed() ? *server.closed() : server.close();
  };
  return {std::async(std::launch::async, std::move(one)), std::move(url)};
}

Served serve_stream(net::Stream stream, const Settings& settings,
                    std::function<void(WebSocket&)> talk = echo) {
  auto one = [stream = std::move(stream), &settings, talk]() mutable {
    WebSocket server = WebSocket::accept(std::move(stream), settings);
    talk(server);
    return server.closed() ? *server.closed() : server.close();
  };
  return {std::async(std::launch::async, std::move(one)), {}};
}

constexpr std::string_view upgrade =
    "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";

std::string frame(Opcode opcode, std::string_view payload, Fin fin = Fin::last,
                  bool masked = true) {
  std::vector<std::byte> bytes;
  websocket::FrameHead head;
  head.opcode = opcode;
  head.fin = fin;
  head.masked = masked;
  if (masked) head.key = random_mask();
  websocket::append_frame(bytes, head, websocket::bytes_of(payload));
  return std::string(websocket::text_of(bytes));
}

std::string server_frame(Opcode opcode, std::string_view payload) {
  return frame(opcode, payload, Fin::last, false);
}

// What a Close frame holds.
std::string close_payload(int code, std::string_view reason = {}) {
  return std::string{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)}.append(reason);
}

std::string receive(net::Stream& peer, std::size_t count) {
  std::string bytes(count, '\0');
  bytes.resize(peer.receive_exactly(std::as_writable_bytes(std::span(bytes))));
  return bytes;
}

std::string receive_head(net::Stream& peer) {
  std::string head;
  while (!head.ends_with("\r\n\r\n") && head.size() < 4096)
    head += receive(peer, 1);
  return head;
}

// A peer of a server, past its handshake, whose next bytes the test writes.
net::Stream raw_client(net::Stream stream, std::string_view more = {}) {
  stream.send_all(std::string(upgrade) + "\r\n" + std::string(more));
  CHECK(receive_head(stream).starts_with("HTTP/1.1 101"));
  return stream;
}

}  // namespace

TEST_CASE("texts and bytes go there and back, long ones and empty ones", "[drivers]") {
  Served server = serve(usual());
  WebSocket client = WebSocket::connect(server.url, usual());
  REQUIRE(client.is_open());
  for (const std::size_t bytes : {0U, 1U, 125U, 126U, 65535U, 65536U, 700'000U}) {
    const std::string sent(bytes, 'x');
    CHECK(client.send_text(sent));
    auto message = client.receive();
    REQUIRE(message);
    CHECK(message->kind == Kind::text);
    CHECK((message->bytes == sent));
    CHECK(client.send_binary(testing::pattern(bytes)));
    message = client.receive();
    REQUIRE(message);
    CHECK(message->kind == Kind::binary);
    CHECK((message->bytes == testing::pattern(bytes)));
  }
  const Ending ending = client.close(CloseCode::normal, "fini");
  CHECK(ending.code == CloseCode::normal);
  CHECK_FALSE(client.is_open());
  CHECK_FALSE(client.send_text("trop tard"));
  const Ending seen = server.ending.get();
  CHECK(seen.code == CloseCode::normal);
  CHECK(seen.reason == "fini");
  CHECK(seen.rule == Rule::none);
}

TEST_CASE("compressed messages go there and back", "[drivers]") {
  Settings settings;
  settings.websocket.deflate.emplace();
  Served server = serve(settings);
  WebSocket client = WebSocket::connect(server.url, settings);
  CHECK((client.deflate() == prise::websocket::DeflateParameters{}));
  const std::string text(100'000, 'e');
  for (int i = 0; i < 3; ++i) {
    client.send_text(text);
    const auto message = client.receive();
    REQUIRE(message);
    CHECK((message->bytes == text));
  }
  client.close();
  CHECK(server.ending.get().code == CloseCode::normal);
}

TEST_CASE("the server may close first", "[drivers][rfc6455][7.1.1]") {
  Served server = serve(usual(), [](WebSocket& ws) {
    ws.send_text("une fois");
    ws.close(static_cast<CloseCode>(4000), "assez");
  });
  WebSocket client = WebSocket::connect(server.url, usual());
  REQUIRE(client.receive());
  CHECK_FALSE(client.receive());
  REQUIRE(client.closed());
  CHECK(client.closed()->code == static_cast<CloseCode>(4000));
  CHECK(client.closed()->reason == "assez");
  CHECK(server.ending.get().code == static_cast<CloseCode>(4000));
}

TEST_CASE("frames that came in one piece with the handshake are kept, fragments and pings too",
          "[drivers][rfc6455][5.4]") {
  auto [raw, stream] = connected();
  const std::string first = frame(Opcode::text, "Bon", Fin::more) + frame(Opcode::ping, "là ?") +
                            frame(Opcode::continuation, "jour") + frame(Opcode::text, "!");
  Served server = serve_stream(std::move(stream), usual());
  net::Stream client = raw_client(std::move(raw), first);
  const std::string expected = server_frame(Opcode::pong, "là ?") +
                               server_frame(Opcode::text, "Bonjour") +
                               server_frame(Opcode::text, "!");
  CHECK(receive(client, expected.size()) == expected);
  client.send_all(frame(Opcode::close, close_payload(1000)));
  CHECK(receive(client, 100) == server_frame(Opcode::close, close_payload(1000)));
  client.close();
  CHECK(server.ending.get().code == CloseCode::normal);
}

TEST_CASE("replies to many small messages leave in few writes", "[drivers]") {
  auto [raw, stream] = connected();
  std::string many;
  for (int i = 0; i < 1000; ++i)
    many += frame(Opcode::binary, "x");
  Served server = serve_stream(std::move(stream), usual());
  net::Stream client = raw_client(std::move(raw), many);
  std::size_t reads = 0;
  std::array<std::byte, 65536> buffer;
  for (std::size_t count = 0; count < 3000; ++reads)
    count += client.receive_some(buffer);
  CHECK(reads < 20);
  client.close();
  CHECK(server.ending.get().rule == Rule::ended_without_close);
}

TEST_CASE("a peer that vanishes, or resets, is an outcome", "[drivers][rfc6455][7.1.5]") {
  auto [raw, stream] = connected();
  Served server = serve_stream(std::move(stream), usual());
  net::Stream client = raw_client(std::move(raw));
  if (GENERATE(false, true)) {
    testing::reset(client);
  } else {
    client.send_all(frame(Opcode::text, "Bonjour").substr(0, 5));
    client.close();
  }
  const Ending ending = server.ending.get();
  CHECK(ending.code == CloseCode::closed_abnormally);
  CHECK(ending.rule == Rule::ended_without_close);
  CHECK_FALSE(ending.timed_out);
}

TEST_CASE("a rule that the peer breaks is answered with its close code",
          "[drivers][rfc6455][7.1.7]") {
  auto [raw, stream] = connected();
  Served server = serve_stream(std::move(stream), usual());
  net::Stream client = raw_client(std::move(raw));
  client.send_all(frame(Opcode::text, "nu", Fin::last, false) + std::string(200'000, 'x'));
  const std::string close = receive(client, 4096);
  REQUIRE(close.size() > 4);
  CHECK(close.substr(2, 2) == close_payload(1002));
  client.close();
  CHECK(server.ending.get().rule == Rule::frame_unmasked);
}

TEST_CASE("a handshake that never ends has a time, however its bytes come", "[drivers]") {
  auto [raw, stream] = connected();
  Settings settings;
  settings.timeouts.handshake = 50ms;
  raw.send_all(GENERATE(as<std::string>(), "", "GET / HTTP/1.1\r\n"));
  const Ending ending = serve_stream(std::move(stream), settings).ending.get();
  CHECK(ending.timed_out);
  CHECK(ending.rule == Rule::handshake_cut);
  CHECK(raw.receive_some(100).empty());
}

TEST_CASE("a silent peer is pinged, then dropped; one that answers is kept", "[drivers]") {
  auto [raw, stream] = connected();
  const Settings settings = hurried();
  Served server = serve_stream(std::move(stream), settings);
  net::Stream client = raw_client(std::move(raw));
  for (int i = 0; i < 3; ++i) {
    CHECK(receive(client, 2) == server_frame(Opcode::ping, ""));
    client.send_all(frame(Opcode::pong, ""));
  }
  CHECK(receive(client, 100) == server_frame(Opcode::ping, ""));  // and the end of the stream
  CHECK(server.ending.get().timed_out);
}

TEST_CASE("a peer that never reads holds nobody for ever", "[drivers]") {
  auto [raw, stream] = connected();
  testing::shrink_buffers(raw);
  testing::shrink_buffers(stream);
  const Settings settings = hurried();
  Served server = serve_stream(std::move(stream), settings, [](WebSocket& ws) {
    const std::string much(1'000'000, 'x');
    while (ws.send_text(much)) {
    }
  });
  const net::Stream client = raw_client(std::move(raw));
  CHECK(server.ending.get().timed_out);
}

TEST_CASE("a slow reader gets all", "[drivers]") {
  constexpr std::size_t bytes = 8 << 20;  // more than the kernel's two buffers hold
  auto [raw, stream] = connected();
  Served server = serve_stream(std::move(stream), usual(), [](WebSocket& ws) {
    CHECK(ws.send_binary(testing::pattern(bytes)));
  });
  net::Stream client = raw_client(std::move(raw));
  const std::string expected = server_frame(Opcode::binary, testing::pattern(bytes));
  std::string got;
  while (got.size() < expected.size())
    got += client.receive_some(std::min<std::size_t>(9999, expected.size() - got.size()));
  CHECK((got == expected));
  CHECK(receive(client, 4) == server_frame(Opcode::close, close_payload(1000)));
  client.send_all(frame(Opcode::close, close_payload(1000)));
  client.close();
  CHECK(server.ending.get().code == CloseCode::normal);
}

TEST_CASE("a close that is not answered has a time", "[drivers]") {
  auto [raw, stream] = connected();
  const Settings settings = hurried();
  Served server = serve_stream(std::move(stream), settings, [](WebSocket& ws) { ws.close(); });
  net::Stream client = raw_client(std::move(raw));
  CHECK(receive(client, 100) == server_frame(Opcode::close, close_payload(1000)));
  const Ending ending = server.ending.get();
  CHECK(ending.timed_out);
  CHECK(ending.code == CloseCode::closed_abnormally);
}

TEST_CASE("a close is awaited no longer when the peer floods instead", "[drivers]") {
  Settings server_settings;
  Settings settings = hurried();
  Served server = serve(server_settings, [](WebSocket& ws) {
    const std::string much(10'000, 'x');
    while (ws.send_binary(much)) {
    }
  });
  WebSocket client = WebSocket::connect(server.url, settings);
  REQUIRE(client.receive());
  client.close();
  server.ending.get();
}

TEST_CASE("a page and its socket share a port", "[drivers]") {
  Settings settings;
  settings.pages["/"] = {"text/html; charset=utf-8", "<p>Bonjour</p>"};
  const auto ask = [&](std::string_view request) {
    auto [raw, stream] = connected();
    Served server = serve_stream(std::move(stream), settings);
    raw.send_all(request);
    raw.shutdown_sending();
    const std::string answer = raw.receive_all(10'000).value();
    return std::pair(answer, server.ending.get());
  };
  const auto [page, ending] = ask("GET /?a=b HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(page.starts_with("HTTP/1.1 200 "));
  CHECK(page.ends_with("\r\n\r\n<p>Bonjour</p>"));
  CHECK(page.find("Content-Length: 14\r\n") != std::string::npos);
  CHECK(ending.http_status == 200);
  const auto missing = ask("GET /favicon.ico HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(missing.first.starts_with("HTTP/1.1 404 "));
  CHECK(missing.second.http_status == 404);
}

TEST_CASE("a request for a page where there is none is told which protocol is spoken",
          "[drivers][rfc6455][4.2.1]") {
  auto [raw, stream] = connected();
  Served server = serve_stream(std::move(stream), usual());
  raw.send_all("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(receive_head(raw).starts_with("HTTP/1.1 426 "));
  raw.close();
  CHECK(server.ending.get().http_status == 426);
}

TEST_CASE("pages of other sites may not open a WebSocket here", "[drivers][rfc6455][10.2]") {
  const auto status_for = [](std::string_view origins, const Settings& settings) {
    auto [raw, stream] = connected();
    Served server = serve_stream(std::move(stream), settings);
    raw.send_all(std::string(upgrade).append(origins).append("\r\n"));
    const std::string head = receive_head(raw);
    raw.close();
    server.ending.get();
    return head.substr(9, 3);
  };
  CHECK(status_for("", usual()) == "101");
  CHECK(status_for("Origin: null\r\n", usual()) == "101");
  CHECK(status_for("Origin: http://localhost:8000\r\n", usual()) == "101");
  CHECK(status_for("Origin: https://example.com\r\n", usual()) == "403");
  CHECK(status_for("Origin: null\r\nOrigin: https://example.com\r\n", usual()) == "403");
  Settings open;
  open.origins = Origins::any;
  CHECK(status_for("Origin: https://example.com\r\n", open) == "101");
  Settings named;
  named.websocket.origins_allowed = {"https://example.com"};
  CHECK(status_for("Origin: https://example.com\r\n", named) == "101");
  CHECK(status_for("Origin: http://localhost\r\n", named) == "403");
}

TEST_CASE("which origins are of this machine, or of this server", "[drivers][rfc6455][10.2]") {
  using websocket::is_local_origin;
  for (const auto* ours :
       {"null", "http://localhost", "https://LOCALHOST:8443", "http://127.0.0.1:80",
        "http://127.0.0.2:8001", "http://[::1]", "http://[::1]:8765"})
    CHECK(is_local_origin(ours));
  for (const auto* not_ours :
       {"", "NULL", "localhost", "ftp://localhost", "http://", "http://localhost.example",
        "http://127.example.com", "http://127.0.0.1.example", "http://127.0.0.1:80.example",
        "http://localhost:", "http://localhost@example.com", "http://[::1].example", "http://[::2]",
        "http://1270.0.0.1", "http://::1"})
    CHECK_FALSE(is_local_origin(not_ours));
  CHECK(websocket::is_own_origin("http://192.0.2.1:8765", "192.0.2.1:8765"));
  CHECK_FALSE(websocket::is_own_origin("http://192.0.2.1:8765", "192.0.2.1"));
  CHECK_FALSE(websocket::is_own_origin("null", "null"));
}

TEST_CASE("a client that is refused knows why", "[drivers][rfc6455][4.1]") {
  net::Listener listener(testing::loopback());
  auto server = std::async(std::launch::async, [&] {
    net::Stream stream = listener.accept();
    receive_head(stream);
    stream.send_all("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    CHECK(stream.receive_some(1).empty());
  });
  {
    const WebSocket client =
        WebSocket::connect("ws://" + listener.address().host_and_port() + "/?non", usual());
    CHECK_FALSE(client.is_open());
    CHECK(client.closed()->rule == Rule::status_not_101);
    CHECK(client.closed()->http_status == 404);
  }
  server.get();
}

TEST_CASE("what is no ws:// address is a mistake, and nobody there a system error", "[drivers]") {
  CHECK_THROWS_AS(WebSocket::connect("http://localhost", usual()), std::invalid_argument);
  CHECK_THROWS_AS(WebSocket::connect("wss://localhost", usual()), std::invalid_argument);
  const std::string url = [] {
    const net::Listener gone(testing::loopback());
    return "ws://" + gone.address().host_and_port();
  }();
  CHECK_THROWS_AS(WebSocket::connect(url, usual()), std::system_error);
}

TEST_CASE("each address of a name is tried", "[drivers]") {
  Served server = serve(usual());  // on 127.0.0.1, where "localhost" is often ::1 first
  std::string url = server.url;
  url.replace(5, 9, "localhost");
  WebSocket client = WebSocket::connect(url, usual());
  CHECK(client.is_open());
  client.close();
  server.ending.get();
}

TEST_CASE("the stop wakes one who waits, who closes with 1001", "[drivers][rfc6455][7.4.1]") {
  std::array<int, 2> bell{};
  REQUIRE(::pipe(bell.data()) == 0);
  Settings settings;
  settings.stop_fd = bell[0];
  Served server = serve(settings);
  WebSocket client = WebSocket::connect(server.url, usual());
  client.send_text("là ?");
  REQUIRE(client.receive());
  REQUIRE(::write(bell[1], "x", 1) == 1);
  CHECK_FALSE(client.receive());
  CHECK(client.closed()->code == CloseCode::going_away);
  CHECK(server.ending.get().code == CloseCode::going_away);
  ::close(bell[0]);
  ::close(bell[1]);
}

TEST_CASE("the stop ends a handshake, and a send that nobody takes", "[drivers]") {
  std::array<int, 2> bell{};
  REQUIRE(::pipe(bell.data()) == 0);
  Settings settings;
  settings.stop_fd = bell[0];
  settings.timeouts.close = 50ms;
  auto [raw, stream] = connected();
  testing::shrink_buffers(raw);
  testing::shrink_buffers(stream);
  Served flooding = serve_stream(std::move(stream), settings, [](WebSocket& ws) {
    const std::string much(1'000'000, 'x');
    while (ws.send_text(much)) {
    }
  });
  const net::Stream client = raw_client(std::move(raw));
  REQUIRE(::write(bell[1], "x", 1) == 1);
  CHECK(flooding.ending.get().timed_out);  // our Close never left

  auto [silent, its_stream] = connected();
  CHECK(serve_stream(std::move(its_stream), settings).ending.get().rule == Rule::handshake_cut);
  ::close(bell[0]);
  ::close(bell[1]);
}

TEST_CASE("a wait for a message may be short", "[drivers]") {
  Served server = serve(usual());
  WebSocket client = WebSocket::connect(server.url, usual());
  CHECK_FALSE(client.receive_within(10ms));
  CHECK(client.is_open());
  client.send_text("oui");
  CHECK(client.receive_within(10s));
  client.close();
  server.ending.get();
}

TEST_CASE("no descriptor is left behind", "[drivers]") {
  const auto before = testing::open_descriptors();
  for (int i = 0; i < 5; ++i) {
    Served server = serve(usual());
    WebSocket::connect(server.url, usual()).close();
    server.ending.get();
  }
  CHECK(testing::open_descriptors() == before);
}

TEST_CASE("what a program has read of a handshake already is not lost", "[drivers]") {
  const std::string request = std::string(upgrade) + "\r\n";
  const std::string sent = request + frame(Opcode::text, "avec la poignée de main");
  for (const std::size_t already :
       {std::size_t{1}, request.size() - 1, request.size(), request.size() + 3, sent.size()}) {
    INFO(already << " bytes of " << request.size() << " and " << sent.size());
    auto [peer, accepted] = connected();
    peer.send_all(std::string_view(sent).substr(already));
    auto one = [stream = std::move(accepted), read = sent.substr(0, already)]() mutable {
      WebSocket server = WebSocket::accept(std::move(stream), usual(), read);
      const auto message = server.receive();
      return message ? std::string(message->bytes) : "nothing";
    };
    auto received = std::async(std::launch::async, std::move(one));
    CHECK(receive_head(peer).starts_with("HTTP/1.1 101"));
    CHECK(received.get() == "avec la poignée de main");
  }
}

TEST_CASE("the bytes that went each way are counted, handshake and end included", "[drivers]") {
  auto [peer, accepted] = connected();
  auto one = [stream = std::move(accepted)]() mutable {
    WebSocket server = WebSocket::accept(std::move(stream), usual(), "GET");
    while (server.receive()) {
    }
    return server.traffic();
  };
  auto traffic = std::async(std::launch::async, std::move(one));
  const std::string request = std::string(upgrade) + "\r\n";
  const std::string frames =
      frame(Opcode::text, "bonjour") + frame(Opcode::close, close_payload(1000));
  peer.send_all(request.substr(3) + frames);
  const std::string answers = peer.receive_all(4096).value_or("");
  peer.close();
  const Traffic counted = traffic.get();
  CHECK(counted.received == request.size() + frames.size());
  CHECK(counted.sent == answers.size());
}
