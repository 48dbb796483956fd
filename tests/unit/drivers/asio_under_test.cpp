#include <fcntl.h>
#include <unistd.h>

#include <asio/co_spawn.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/use_awaitable.hpp>
#include <exception>

#include "drivers/asio_websocket.hpp"
#include "support/loopback.hpp"
#include "unit/drivers/driver_under_test.hpp"
#include "unit/drivers/tls_relay.hpp"

namespace prise::testing {
namespace {

using asio::awaitable;
using drivers::Ending;
using drivers::Settings;
using drivers::coroutines::WebSocket;

// g++ 12 mistranslates some co_await inside a larger expression: each stands alone.
awaitable<Ending> talk(WebSocket& websocket, Does does) {
  const std::string piece(1'000'000, 'x');
  bool sent = does == Does::flood;
  while (sent)
    sent = co_await websocket.send_binary(piece);
  if (does == Does::close && websocket.is_open()) {
    Ending ending = co_await websocket.close(own_close_code, "assez");
    co_return ending;
  }
  while (const auto message = co_await websocket.receive()) {
    if (message->kind == drivers::Kind::text)
      co_await websocket.send_text(message->bytes);
    else
      co_await websocket.send_binary(message->bytes, drivers::Leave::with_next);
  }
  Ending ending = co_await websocket.close();
  co_return ending;
}

awaitable<void> serve_one(WebSocket websocket, Does does, std::vector<Ending>& endings) {
  co_await websocket.shake_hands();
  Ending ending = co_await talk(websocket, does);
  endings.push_back(std::move(ending));
}

void rethrow(const std::exception_ptr& thrown) {
  if (thrown) std::rethrow_exception(thrown);
}

awaitable<void> serve_all(net::Listener& listener, const Settings& settings, Does does,
                          std::size_t clients, std::vector<Ending>& endings) {
  const auto executor = co_await asio::this_coro::executor;
  auto& loop = static_cast<asio::io_context&>(executor.context());
  net::Socket descriptor{::fcntl(listener.fd(), F_DUPFD_CLOEXEC, 0)};
  asio::posix::stream_descriptor door(executor);
  door.assign(descriptor.fd());
  descriptor.release();
  for (std::size_t i = 0; i < clients; ++i) {
    co_await door.async_wait(asio::posix::stream_descriptor::wait_read, asio::use_awaitable);
    WebSocket websocket = WebSocket::over(listener.accept(), loop, settings);
    asio::co_spawn(executor, serve_one(std::move(websocket), does, endings), rethrow);
  }
}

awaitable<void> connect_one(std::string url, const Settings& settings, Does does,
                            std::vector<Ending>& endings) {
  WebSocket websocket = co_await WebSocket::connect(url, settings);
  Ending ending = co_await talk(websocket, does);
  endings.push_back(std::move(ending));
}

class Asio : public DriverUnderTest {
public:
  std::string name() const override { return "asio"; }

  Endings serve(net::Listener listener, const Settings& settings, Does does,
                std::size_t clients) override {
    auto shared = std::make_shared<net::Listener>(std::move(listener));
    return driver_thread([=, &settings] {
      net::Listener mine = std::move(*shared);  // closed when this ends, whichever way
      asio::io_context loop{1};
      std::vector<Ending> endings;
      drivers::coroutines::run(loop, serve_all(mine, settings, does, clients, endings));
      return endings;
    });
  }

  Endings connect(const std::string& url, const Settings& settings, Does does) override {
    return driver_thread([=, &settings] {
      asio::io_context loop{1};
      std::vector<Ending> endings;
      drivers::coroutines::run(loop, connect_one(url, settings, does, endings));
      return endings;
    });
  }
};

// The same over TLS: the suite speaks plain bytes to a relay.
class AsioOverTls : public DriverUnderTest {
public:
  std::string name() const override { return "asio over TLS"; }

  Endings serve(net::Listener listener, const Settings& settings, Does does,
                std::size_t clients) override {
    auto mine = std::make_shared<net::Listener>(loopback());
    auto relay = TlsRelay::before_server(std::move(listener), mine->address(), clients);
    return driver_thread([=, relay = std::shared_ptr(std::move(relay)), tls = over_tls(settings)] {
      net::Listener door = std::move(*mine);
      asio::io_context loop{1};
      std::vector<Ending> endings;
      drivers::coroutines::run(loop, serve_all(door, tls, does, clients, endings));
      return endings;
    });
  }

  Endings connect(const std::string& url, const Settings& settings, Does does) override {
    const auto plain = websocket::parse_url(url).value();
    net::Listener mine(loopback());
    const std::string secret = "wss://" + mine.address().host_and_port() + "/";
    auto relay =
        TlsRelay::before_client(std::move(mine), net::Address::ipv4(plain.host, plain.port));
    return driver_thread([=, relay = std::shared_ptr(std::move(relay)), tls = over_tls(settings)] {
      asio::io_context loop{1};
      std::vector<Ending> endings;
      drivers::coroutines::run(loop, connect_one(secret, tls, does, endings));
      return endings;
    });
  }

private:
  static Settings over_tls(Settings settings) {
    settings.tls = {identity().certificate_file, identity().key_file, identity().ca_file};
    return settings;
  }
};

}  // namespace

std::unique_ptr<DriverUnderTest> asio_driver() {
  return std::make_unique<Asio>();
}

std::unique_ptr<DriverUnderTest> asio_driver_over_tls() {
  return std::make_unique<AsioOverTls>();
}

}  // namespace prise::testing
