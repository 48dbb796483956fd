#include <fcntl.h>
#include <unistd.h>

#include <asio/co_spawn.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/use_awaitable.hpp>
#include <exception>

#include "drivers/asio_websocket.hpp"
#include "unit/drivers/driver_under_test.hpp"

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

}  // namespace

std::unique_ptr<DriverUnderTest> asio_driver() {
  return std::make_unique<Asio>();
}

}  // namespace prise::testing
