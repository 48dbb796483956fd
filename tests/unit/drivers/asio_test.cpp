#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <asio/co_spawn.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <exception>
#include <future>
#include <string>

#include "drivers/asio_websocket.hpp"
#include "raw_bytes.hpp"
#include "support/catch.hpp"
#include "support/loopback.hpp"

// g++ 12 mistranslates some co_await inside a larger expression: none stands in a CHECK, nor in an
// `if` that another co_await follows.
namespace {

using namespace prise;
using namespace prise::drivers;
using namespace std::chrono_literals;
using asio::awaitable;
using coroutines::Handler;
using coroutines::Listener;
using coroutines::WebSocket;
using testing::close_payload;
using testing::connected;
using testing::frame;
using testing::raw_client;
using testing::receive;
using testing::receive_head;
using testing::server_frame;
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

awaitable<void> echo(WebSocket& server) {
  while (const auto message = co_await server.receive()) {
    if (message->kind == Kind::text)
      co_await server.send_text(message->bytes);
    else
      co_await server.send_binary(message->bytes, Leave::with_next);
  }
}

// A server in a thread of its own: one connection, then how it ended.
awaitable<void> serve_one(WebSocket server, Handler talk, Ending& ending) {
  const bool open = co_await server.shake_hands();
  if (open) co_await talk(server);
  ending = co_await server.close();
}

std::future<Ending> serve_stream(net::Stream stream, const Settings& settings,
                                 Handler talk = echo) {
  auto one = [stream = std::move(stream), &settings, talk]() mutable {
    asio::io_context loop{1};
    Ending ending;
    WebSocket server = WebSocket::over(std::move(stream), loop, settings);
    stream.close();
    coroutines::run(loop, serve_one(std::move(server), talk, ending));
    return ending;
  };
  return std::async(std::launch::async, std::move(one));
}

awaitable<void> accept_one(Listener& listener, Handler talk, Ending& ending) {
  std::optional<WebSocket> server = co_await listener.accept();
  co_await serve_one(std::move(*server), talk, ending);
}

struct Served {
  std::future<Ending> ending;
  std::string url;
};

Served serve(const Settings& settings, Handler talk = echo) {
  auto loop = std::make_shared<asio::io_context>(1);
  auto listener = std::make_shared<Listener>(*loop, testing::loopback(), settings);
  std::string url = "ws://" + listener->address().host_and_port() + "/";
  auto one = [loop, listener, talk] {
    Ending ending;
    coroutines::run(*loop, accept_one(*listener, talk, ending));
    return ending;
  };
  return {std::async(std::launch::async, std::move(one)), std::move(url)};
}

// A client, in this thread.
awaitable<void> connect_and(std::string url, const Settings& settings, Handler talk) {
  WebSocket client = co_await WebSocket::connect(url, settings);
  co_await talk(client);
}

void as_client(const std::string& url, const Settings& settings, Handler talk) {
  asio::io_context loop{1};
  coroutines::run(loop, connect_and(url, settings, std::move(talk)));
}

void rethrow(const std::exception_ptr& thrown) {
  if (thrown) std::rethrow_exception(thrown);
}

awaitable<void> close_it(WebSocket& websocket) {
  co_await websocket.close();
}

// Readable from the moment it is rung, as CtrlC::fd() is.
struct Bell {
  Bell() { REQUIRE(::pipe(ends.data()) == 0); }
  ~Bell() {
    ::close(ends[0]);
    ::close(ends[1]);
  }
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;
  void ring() const { REQUIRE(::write(ends[1], "x", 1) == 1); }
  [[nodiscard]] int fd() const { return ends[0]; }
  std::array<int, 2> ends{};
};

}  // namespace

TEST_CASE("texts and bytes go there and back, long ones and empty ones", "[drivers]") {
  Served server = serve(usual());
  as_client(server.url, usual(), [](WebSocket& client) -> awaitable<void> {
    REQUIRE(client.is_open());
    for (const std::size_t bytes : {0U, 1U, 125U, 126U, 65535U, 65536U, 700'000U}) {
      const std::string sent(bytes, 'x');
      const bool text_left = co_await client.send_text(sent);
      CHECK(text_left);
      auto message = co_await client.receive();
      REQUIRE(message);
      CHECK(message->kind == Kind::text);
      CHECK((message->bytes == sent));
      const bool bytes_left = co_await client.send_binary(testing::pattern(bytes));
      CHECK(bytes_left);
      message = co_await client.receive();
      REQUIRE(message);
      CHECK(message->kind == Kind::binary);
      CHECK((message->bytes == testing::pattern(bytes)));
    }
    const Ending ending = co_await client.close(CloseCode::normal, "fini");
    CHECK(ending.code == CloseCode::normal);
    CHECK_FALSE(client.is_open());
    const bool too_late = co_await client.send_text("trop tard");
    CHECK_FALSE(too_late);
    const bool any_more = (co_await client.receive()).has_value();
    CHECK_FALSE(any_more);
  });
  const Ending seen = server.ending.get();
  CHECK(seen.code == CloseCode::normal);
  CHECK(seen.reason == "fini");
  CHECK(seen.rule == Rule::none);
}

TEST_CASE("compressed messages go there and back", "[drivers]") {
  Settings settings;
  settings.websocket.deflate.emplace();
  Served server = serve(settings);
  as_client(server.url, settings, [](WebSocket& client) -> awaitable<void> {
    const std::string text(100'000, 'e');
    for (int i = 0; i < 3; ++i) {
      co_await client.send_text(text);
      const auto message = co_await client.receive();
      REQUIRE(message);
      CHECK((message->bytes == text));
    }
    co_await client.close();
  });
  CHECK(server.ending.get().code == CloseCode::normal);
}

TEST_CASE("the server may close first", "[drivers][rfc6455][7.1.1]") {
  Served server = serve(usual(), [](WebSocket& ws) -> awaitable<void> {
    CHECK(ws.path() == "/");
    co_await ws.send_text("une fois");
    co_await ws.close(static_cast<CloseCode>(4000), "assez");
  });
  as_client(server.url, usual(), [](WebSocket& client) -> awaitable<void> {
    const bool once = (co_await client.receive()).has_value();
    CHECK(once);
    const bool twice = (co_await client.receive()).has_value();
    CHECK_FALSE(twice);
    REQUIRE(client.closed());
    CHECK(client.closed()->code == static_cast<CloseCode>(4000));
    CHECK(client.closed()->reason == "assez");
  });
  CHECK(server.ending.get().code == static_cast<CloseCode>(4000));
}

TEST_CASE("frames that came in one piece with the handshake are kept, fragments and pings too",
          "[drivers][rfc6455][5.4]") {
  auto [raw, stream] = connected();
  const std::string first = frame(Opcode::text, "Bon", Fin::more) + frame(Opcode::ping, "là ?") +
                            frame(Opcode::continuation, "jour") + frame(Opcode::text, "!");
  auto server = serve_stream(std::move(stream), usual());
  net::Stream client = raw_client(std::move(raw), first);
  const std::string expected = server_frame(Opcode::pong, "là ?") +
                               server_frame(Opcode::text, "Bonjour") +
                               server_frame(Opcode::text, "!");
  CHECK(receive(client, expected.size()) == expected);
  client.send_all(frame(Opcode::close, close_payload(1000)));
  CHECK(receive(client, 100) == server_frame(Opcode::close, close_payload(1000)));
  client.close();
  CHECK(server.get().code == CloseCode::normal);
}

TEST_CASE("replies to many small messages leave in few writes", "[drivers]") {
  auto [raw, stream] = connected();
  std::string many;
  for (int i = 0; i < 1000; ++i)
    many += frame(Opcode::binary, "x");
  auto server = serve_stream(std::move(stream), usual());
  net::Stream client = raw_client(std::move(raw), many);
  std::size_t reads = 0;
  std::array<std::byte, 65536> buffer;
  for (std::size_t count = 0; count < 3000; ++reads)
    count += client.receive_some(buffer);
  CHECK(reads < 20);
  client.close();
  CHECK(server.get().rule == Rule::ended_without_close);
}

TEST_CASE("a peer that vanishes, or resets, is an outcome", "[drivers][rfc6455][7.1.5]") {
  auto [raw, stream] = connected();
  auto server = serve_stream(std::move(stream), usual());
  net::Stream client = raw_client(std::move(raw));
  if (GENERATE(false, true)) {
    testing::reset(client);
  } else {
    client.send_all(frame(Opcode::text, "Bonjour").substr(0, 5));
    client.close();
  }
  const Ending ending = server.get();
  CHECK(ending.code == CloseCode::closed_abnormally);
  CHECK(ending.rule == Rule::ended_without_close);
  CHECK_FALSE(ending.timed_out);
}

TEST_CASE("a peer that has ended its half still gets its answers", "[drivers]") {
  auto [raw, stream] = connected();
  auto server = serve_stream(std::move(stream), usual());
  net::Stream client = raw_client(std::move(raw), frame(Opcode::text, "Au revoir"));
  client.shutdown_sending();
  CHECK(receive(client, 100) == server_frame(Opcode::text, "Au revoir"));
  CHECK(server.get().rule == Rule::ended_without_close);
}

TEST_CASE("a rule that the peer breaks is answered with its close code",
          "[drivers][rfc6455][7.1.7]") {
  auto [raw, stream] = connected();
  auto server = serve_stream(std::move(stream), usual());
  net::Stream client = raw_client(std::move(raw));
  client.send_all(frame(Opcode::text, "nu", Fin::last, false) + std::string(200'000, 'x'));
  const std::string close = receive(client, 4096);
  REQUIRE(close.size() > 4);
  CHECK(close.substr(2, 2) == close_payload(1002));
  client.close();
  CHECK(server.get().rule == Rule::frame_unmasked);
}

TEST_CASE("a handshake that never ends has a time, however its bytes come", "[drivers]") {
  auto [raw, stream] = connected();
  Settings settings;
  settings.timeouts.handshake = 50ms;
  raw.send_all(GENERATE(as<std::string>(), "", "GET / HTTP/1.1\r\n"));
  const Ending ending = serve_stream(std::move(stream), settings).get();
  CHECK(ending.timed_out);
  CHECK(ending.rule == Rule::handshake_cut);
  CHECK(raw.receive_some(100).empty());
}

TEST_CASE("a silent peer is pinged, then dropped; one that answers is kept", "[drivers]") {
  auto [raw, stream] = connected();
  const Settings settings = hurried();
  auto server = serve_stream(std::move(stream), settings);
  net::Stream client = raw_client(std::move(raw));
  for (int i = 0; i < 3; ++i) {
    CHECK(receive(client, 2) == server_frame(Opcode::ping, ""));
    client.send_all(frame(Opcode::pong, ""));
  }
  CHECK(receive(client, 100) == server_frame(Opcode::ping, ""));  // and the end of the stream
  CHECK(server.get().timed_out);
}

TEST_CASE("the driver's own pings can be switched off", "[drivers]") {
  Settings settings = hurried();
  settings.timeouts.idle = std::chrono::milliseconds::max();
  auto [raw, stream] = connected();
  auto server = serve_stream(std::move(stream), settings);
  net::Stream client = raw_client(std::move(raw), frame(Opcode::text, "là"));
  CHECK(receive(client, 4) == server_frame(Opcode::text, "là").substr(0, 4));
  client.close();
  CHECK_FALSE(server.get().timed_out);
}

TEST_CASE("a peer that never reads holds nobody for ever", "[drivers]") {
  auto [raw, stream] = connected();
  testing::shrink_buffers(raw);
  testing::shrink_buffers(stream);
  const Settings settings = hurried();
  auto server = serve_stream(std::move(stream), settings, [](WebSocket& ws) -> awaitable<void> {
    const std::string much(1'000'000, 'x');
    while (co_await ws.send_text(much)) {
    }
  });
  const net::Stream client = raw_client(std::move(raw));
  CHECK(server.get().timed_out);
}

TEST_CASE("a peer that resets with much still queued for it is at its end", "[drivers]") {
  auto [raw, stream] = connected();
  testing::shrink_buffers(raw);
  testing::shrink_buffers(stream);
  Settings settings;
  settings.send_queue_bytes_max = 1000;
  std::promise<void> queued;
  auto server = serve_stream(std::move(stream), settings, [&](WebSocket& ws) -> awaitable<void> {
    const std::string much(1'000'000, 'x');
    while (ws.offer_text(much)) {
    }
    queued.set_value();
    while (co_await ws.receive()) {
    }
  });
  net::Stream client = raw_client(std::move(raw));
  queued.get_future().wait();
  testing::reset(client);
  const Ending ending = server.get();
  CHECK(ending.rule == Rule::ended_without_close);
  CHECK_FALSE(ending.timed_out);
}

TEST_CASE("who offers to a slow reader waits for nothing, and its queue is bounded", "[drivers]") {
  auto [raw, stream] = connected();
  testing::shrink_buffers(raw);
  testing::shrink_buffers(stream);
  Settings settings = hurried();
  settings.send_queue_bytes_max = 256 * 1024;
  auto server = serve_stream(std::move(stream), settings, [](WebSocket& ws) -> awaitable<void> {
    const std::string message(10'000, 'x');
    int taken = 0;
    while (ws.offer_text(message))
      ++taken;
    CHECK(taken == 27);  // the one that passes the bound is the last
    CHECK(ws.is_open());
    CHECK(ws.queued_bytes() < 280'000);
    co_return;
  });
  const net::Stream client = raw_client(std::move(raw));
  CHECK(server.get().timed_out);
}

TEST_CASE("who offers a close waits for nothing, and what was offered before it leaves first",
          "[drivers]") {
  Served server = serve(usual(), [](WebSocket& peer) -> awaitable<void> {
    CHECK(peer.offer_text("avant"));
    peer.offer_close(CloseCode::try_again_later, "plus tard");
    CHECK_FALSE(peer.is_open());
    CHECK_FALSE(peer.offer_text("après"));
    const auto message = co_await peer.receive();
    CHECK_FALSE(message);
    CHECK(peer.closed());
  });
  as_client(server.url, usual(), [](WebSocket& client) -> awaitable<void> {
    const auto message = co_await client.receive();
    REQUIRE(message);
    CHECK(message->bytes == "avant");
    const auto end = co_await client.receive();
    CHECK_FALSE(end);
    CHECK(client.closed()->code == CloseCode::try_again_later);
    CHECK(client.closed()->reason == "plus tard");
  });
  CHECK(server.ending.get().code == CloseCode::try_again_later);
}

TEST_CASE("a slow reader gets all", "[drivers]") {
  constexpr std::size_t bytes = 8 << 20;  // more than the kernel's two buffers hold
  auto [raw, stream] = connected();
  auto server = serve_stream(std::move(stream), usual(), [](WebSocket& ws) -> awaitable<void> {
    const bool left = co_await ws.send_binary(testing::pattern(bytes));
    CHECK(left);
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
  CHECK(server.get().code == CloseCode::normal);
}

TEST_CASE("a close that is not answered has a time", "[drivers]") {
  auto [raw, stream] = connected();
  const Settings settings = hurried();
  auto server = serve_stream(std::move(stream), settings, close_it);
  net::Stream client = raw_client(std::move(raw));
  CHECK(receive(client, 100) == server_frame(Opcode::close, close_payload(1000)));
  const Ending ending = server.get();
  CHECK(ending.timed_out);
  CHECK(ending.code == CloseCode::closed_abnormally);
}

TEST_CASE("a close is awaited no longer when the peer floods instead", "[drivers]") {
  const Settings settings = hurried();
  Served server = serve(usual(), [](WebSocket& ws) -> awaitable<void> {
    const std::string much(10'000, 'x');
    while (co_await ws.send_binary(much)) {
    }
  });
  as_client(server.url, settings, [](WebSocket& client) -> awaitable<void> {
    const bool some = (co_await client.receive()).has_value();
    CHECK(some);
    co_await client.close();
  });
  server.ending.get();
}

TEST_CASE("who only sends sees a close, and answers pings", "[drivers]") {
  auto [raw, stream] = connected();
  auto server = serve_stream(std::move(stream), usual(), [](WebSocket& ws) -> awaitable<void> {
    while (co_await ws.send_text("tic")) {
    }
  });
  net::Stream client =
      raw_client(std::move(raw), frame(Opcode::ping, "?") + frame(Opcode::close, ""));
  const std::string all = client.receive_all(100'000'000).value();
  CHECK(all.find(server_frame(Opcode::pong, "?")) != std::string::npos);
  CHECK(all.ends_with(server_frame(Opcode::close, "")));
  client.close();
  CHECK(server.get().code == CloseCode::none_received);
}

TEST_CASE("a message lives until the next receive, whatever other clients send", "[drivers]") {
  Settings settings;
  const Bell bell;
  settings.stop_fd = bell.fd();
  asio::io_context loop{1};
  Listener listener(loop, testing::loopback(), settings);
  const std::string url = "ws://" + listener.address().host_and_port();
  asio::steady_timer second_came{loop, std::chrono::steady_clock::time_point::max()};
  int served = 0;
  const Handler talk = [&](WebSocket& ws) -> awaitable<void> {
    const bool first = ++served == 1;
    const auto message = co_await ws.receive();
    REQUIRE(message);
    const std::string before(message->bytes);
    asio::error_code cancelled;
    if (first)
      co_await second_came.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    else
      second_came.cancel();
    CHECK((message->bytes == before));
    co_await ws.send_text(message->bytes);
  };
  int left = 2;
  const auto one_message = [&](std::string text) -> awaitable<void> {
    WebSocket client = co_await WebSocket::connect(url, usual());
    co_await client.send_text(text);
    const auto reply = co_await client.receive();
    REQUIRE(reply);
    CHECK((reply->bytes == text));
    while (co_await client.receive()) {
    }
    if (--left == 0) bell.ring();
  };
  const auto both = [&]() -> awaitable<void> {
    asio::co_spawn(loop, one_message(std::string(2000, 'a')), rethrow);
    asio::co_spawn(loop, one_message(std::string(2000, 'b')), rethrow);
    co_await coroutines::serve(listener, talk);
  };
  coroutines::run(loop, both());
  CHECK(served == 2);
}

TEST_CASE("one coroutine receives while another sends, and closes", "[drivers]") {
  Served server = serve(usual());
  as_client(server.url, usual(), [](WebSocket& client) -> awaitable<void> {
    int received = 0;
    const auto count = [&received](WebSocket& ws) -> awaitable<void> {
      while (const auto message = co_await ws.receive())
        CHECK(message->bytes == std::to_string(received++));
    };
    asio::co_spawn(co_await asio::this_coro::executor, count(client), rethrow);
    for (int i = 0; i < 100; ++i) {
      const bool left = co_await client.send_text(std::to_string(i));
      CHECK(left);
    }
    const Ending ending = co_await client.close();
    CHECK(ending.code == CloseCode::normal);
    CHECK(received == 100);
  });
  CHECK(server.ending.get().code == CloseCode::normal);
}

TEST_CASE("a page and its socket share a port", "[drivers]") {
  Settings settings;
  settings.pages["/"] = {"text/html; charset=utf-8", "<p>Bonjour</p>",
                         "Cache-Control: no-store\r\n"};
  const auto ask = [&](std::string_view request) {
    auto [raw, stream] = connected();
    auto server = serve_stream(std::move(stream), settings);
    raw.send_all(request);
    raw.shutdown_sending();
    const std::string answer = raw.receive_all(10'000).value();
    return std::pair(answer, server.get());
  };
  const auto [page, ending] = ask("GET /?a=b HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(page.starts_with("HTTP/1.1 200 "));
  CHECK(page.ends_with("\r\n\r\n<p>Bonjour</p>"));
  CHECK(page.find("\r\nCache-Control: no-store\r\n") != std::string::npos);
  CHECK(ending.http_status == 200);
  const auto missing = ask("GET /favicon.ico HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(missing.first.starts_with("HTTP/1.1 404 "));
  CHECK(missing.second.http_status == 404);
}

TEST_CASE("pages of other sites may not open a WebSocket here", "[drivers][rfc6455][10.2]") {
  const auto status_for = [](std::string_view origins, const Settings& settings) {
    auto [raw, stream] = connected();
    auto server = serve_stream(std::move(stream), settings);
    raw.send_all(std::string(testing::upgrade).append(origins).append("\r\n"));
    const std::string head = receive_head(raw);
    raw.close();
    server.get();
    return head.substr(9, 3);
  };
  CHECK(status_for("", usual()) == "101");
  CHECK(status_for("Origin: http://localhost:8000\r\n", usual()) == "101");
  CHECK(status_for("Origin: https://example.com\r\n", usual()) == "403");
  Settings open;
  open.origins = Origins::any;
  CHECK(status_for("Origin: https://example.com\r\n", open) == "101");
  Settings by_program;
  by_program.may_open = [](const protocol::RequestHead& request, const net::Address& client) {
    return client.host() == "127.0.0.1" &&
           protocol::field_value(request.fields, "Origin") == "https://example.com";
  };
  CHECK(status_for("Origin: https://example.com\r\n", by_program) == "101");
  CHECK(status_for("Origin: http://localhost:8000\r\n", by_program) == "403");
}

TEST_CASE("a client that is refused knows why", "[drivers][rfc6455][4.1]") {
  net::Listener listener(testing::loopback());
  auto server = std::async(std::launch::async, [&] {
    net::Stream stream = listener.accept();
    receive_head(stream);
    stream.send_all("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    CHECK(stream.receive_some(1).empty());
  });
  as_client("ws://" + listener.address().host_and_port() + "/?non", usual(),
            [](WebSocket& client) -> awaitable<void> {
              CHECK_FALSE(client.is_open());
              REQUIRE(client.closed());
              CHECK(client.closed()->rule == Rule::status_not_101);
              CHECK(client.closed()->http_status == 404);
              co_return;
            });
  server.get();
}

TEST_CASE("a server that answers nothing is waited for no longer than said", "[drivers]") {
  const net::Listener silent(testing::loopback());  // the kernel accepts, nobody speaks
  Settings settings;
  settings.timeouts.handshake = 50ms;
  as_client("ws://" + silent.address().host_and_port(), settings,
            [](WebSocket& client) -> awaitable<void> {
              REQUIRE(client.closed());
              CHECK(client.closed()->timed_out);
              co_return;
            });
}

TEST_CASE("what is no WebSocket's address is a mistake, and nobody there a system error",
          "[drivers]") {
  CHECK_THROWS_AS(as_client("http://localhost", usual(), close_it), std::invalid_argument);
  const std::string url = [] {
    const net::Listener gone(testing::loopback());
    return "ws://" + gone.address().host_and_port();
  }();
  CHECK_THROWS_AS(as_client(url, usual(), close_it), std::system_error);
}

TEST_CASE("each address of a name is tried", "[drivers]") {
  Served server = serve(usual());  // on 127.0.0.1, where "localhost" is often ::1 first
  std::string url = server.url;
  url.replace(5, 9, "localhost");
  as_client(url, usual(), [](WebSocket& client) -> awaitable<void> {
    CHECK(client.is_open());
    co_await client.close();
  });
  server.ending.get();
}

TEST_CASE("the stop closes all with 1001, lets nobody in, and serve returns",
          "[drivers][rfc6455][7.4.1]") {
  const Bell bell;
  Settings settings;
  settings.stop_fd = bell.fd();
  asio::io_context loop{1};
  Listener listener(loop, testing::loopback(), settings);
  const std::string url = "ws://" + listener.address().host_and_port();
  int open = 0;
  int told = 0;
  const auto client = [&]() -> awaitable<void> {
    WebSocket websocket = co_await WebSocket::connect(url, usual());
    if (++open == 3) bell.ring();
    while (co_await websocket.receive()) {
    }
    if (websocket.closed()->code == CloseCode::going_away) ++told;
  };
  for (int i = 0; i < 3; ++i)
    asio::co_spawn(loop, client(), rethrow);
  coroutines::run(loop, coroutines::serve(listener, echo));
  CHECK(told == 3);
}

TEST_CASE("the stop ends a handshake, a send that nobody takes, and a client", "[drivers]") {
  const Bell bell;
  Settings settings;
  settings.stop_fd = bell.fd();
  settings.timeouts.close = 50ms;
  auto [raw, stream] = connected();
  testing::shrink_buffers(raw);
  testing::shrink_buffers(stream);
  auto flooding = serve_stream(std::move(stream), settings, [](WebSocket& ws) -> awaitable<void> {
    const std::string much(1'000'000, 'x');
    while (co_await ws.send_text(much)) {
    }
  });
  const net::Stream client = raw_client(std::move(raw));
  bell.ring();
  CHECK(flooding.get().timed_out);  // our Close never left

  auto [silent, its_stream] = connected();
  CHECK(serve_stream(std::move(its_stream), settings).get().rule == Rule::handshake_cut);

  const net::Listener mute(testing::loopback());
  const std::string url = "ws://" + mute.address().host_and_port();
  try {
    as_client(url, settings, [](WebSocket& ws) -> awaitable<void> {
      CHECK_FALSE(ws.is_open());
      co_return;
    });
  } catch (const std::system_error& error) {  // it was stopped earlier, while it connected
    CHECK(error.code() == std::errc::operation_canceled);
  }
}

TEST_CASE("one slow client holds up nobody else, and only so many are served", "[drivers]") {
  const Bell bell;
  Settings settings;
  settings.stop_fd = bell.fd();
  asio::io_context loop{1};
  Listener listener(loop, testing::loopback(), settings);
  const net::Stream silent = net::Stream::connect(listener.address());  // no handshake
  const std::string url = "ws://" + listener.address().host_and_port();
  int served_max = 0;
  int served = 0;
  int left = 10;
  const Handler counted = [&](WebSocket& ws) -> awaitable<void> {
    served_max = std::max(served_max, ++served);
    co_await echo(ws);
    --served;
  };
  const auto client = [&]() -> awaitable<void> {
    WebSocket websocket = co_await WebSocket::connect(url, usual());
    const bool asked = co_await websocket.send_text("là ?");
    CHECK(asked);
    const bool answered = (co_await websocket.receive()).has_value();
    CHECK(answered);
    co_await websocket.close();
    if (--left == 0) bell.ring();
  };
  for (int i = 0; i < 10; ++i)
    asio::co_spawn(loop, client(), rethrow);
  coroutines::run(loop, coroutines::serve(listener, counted, 3));
  CHECK(served_max > 0);
  CHECK(served_max <= 2);  // the silent one is the third
}

TEST_CASE("without a descriptor left, those who come are told so, and it goes on", "[drivers]") {
  const Bell bell;
  Settings settings;
  settings.stop_fd = bell.fd();
  asio::io_context loop{1};
  Listener listener(loop, testing::loopback(), settings);
  const net::Address address = listener.address();
  int here = 0;
  int messages = 0;
  const auto count = [&](WebSocket& client) -> awaitable<void> {
    ++here;
    while (co_await client.receive())
      ++messages;
  };
  asio::co_spawn(loop, coroutines::serve(listener, count), rethrow);
  const auto join = [&] {
    net::Stream client = net::Stream::connect(address);
    client.send_all(std::string(testing::upgrade) + "\r\n");
    for (const int before = here; here == before;)
      loop.run_one();
    CHECK(receive_head(client).starts_with("HTTP/1.1 101"));
    return client;
  };
  net::Stream one = join();
  std::vector<net::Socket> waiting;
  for (int i = 0; i < 3; ++i)
    waiting.push_back(net::Socket::open(AF_INET, SOCK_STREAM));

  rlimit usual_limit{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &usual_limit) == 0);
  const rlimit few{64, usual_limit.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
  std::vector<net::Socket> all;
  for (int fd = ::open("/dev/null", O_RDONLY); fd != -1; fd = ::open("/dev/null", O_RDONLY))
    all.emplace_back(fd);
  // Nothing is checked before there are some again: UBSan too needs one, to look at what it doubts.
  const bool no_more = errno == EMFILE;
  int failed = 0;
  for (const net::Socket& socket : waiting)
    failed += ::connect(socket.fd(), address.data(), address.size()) == 0 ? 0 : 1;
  loop.poll();
  const auto turns = loop.run_for(50ms);
  all.clear();
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &usual_limit) == 0);
  CHECK(no_more);
  CHECK(failed == 0);
  CHECK(turns < 5);  // none of them keeps it awake

  for (net::Socket& socket : waiting) {
    net::Stream refused(std::move(socket), address);
    CHECK(receive_head(refused).starts_with("HTTP/1.1 503 "));
  }
  one.send_all(frame(Opcode::text, "toujours là"));
  while (messages == 0)
    loop.run_one();
  net::Stream other = join();
  one.close();
  other.close();
  bell.ring();
  loop.run();
}

TEST_CASE("what a handler throws ends the loop", "[drivers]") {
  asio::io_context loop{1};
  Listener listener(loop, testing::loopback(), usual());
  const std::string url = "ws://" + listener.address().host_and_port();
  const Handler faulty = [](WebSocket&) -> awaitable<void> {
    throw std::runtime_error("a mistake");
    co_return;
  };
  asio::co_spawn(loop, connect_and(url, usual(), close_it), rethrow);
  CHECK_THROWS_AS(coroutines::run(loop, coroutines::serve(listener, faulty)), std::runtime_error);
}

TEST_CASE("no descriptor is left behind", "[drivers]") {
  const auto before = testing::open_descriptors();
  for (int i = 0; i < 5; ++i) {
    Served server = serve(usual());
    as_client(server.url, usual(), close_it);
    server.ending.get();
  }
  CHECK(testing::open_descriptors() == before);
}

TEST_CASE("first_of cuts a receive short, and the next one goes on", "[drivers]") {
  Served server = serve(usual(), [](WebSocket& ws) -> awaitable<void> {
    const auto start = std::chrono::steady_clock::now();
    const auto receive_one = [](WebSocket& from, std::string& text) -> awaitable<void> {
      const auto message = co_await from.receive();
      if (message) text = message->bytes;
    };
    std::string nothing, something;
    co_await coroutines::first_of(receive_one(ws, nothing), coroutines::sleep_for(1ms));
    CHECK(nothing.empty());
    CHECK(ws.is_open());
    CHECK(ws.last_heard() <= start);
    co_await ws.send_text("à vous");
    co_await coroutines::first_of(receive_one(ws, something), coroutines::sleep_for(20s));
    CHECK(something == "merci");
    CHECK(ws.last_heard() > start);
    ws.hang_up();
    CHECK(ws.closed()->code == CloseCode::closed_abnormally);
  });
  as_client(server.url, usual(), [](WebSocket& client) -> awaitable<void> {
    const bool asked = (co_await client.receive()).has_value();
    CHECK(asked);
    co_await client.send_text("merci");
    const bool more = (co_await client.receive()).has_value();
    CHECK_FALSE(more);
    CHECK(client.closed()->rule == Rule::ended_without_close);
  });
  CHECK(server.ending.get().code == CloseCode::closed_abnormally);
}
