#include "drivers/blocking.hpp"
#include "unit/drivers/driver_under_test.hpp"

namespace prise::testing {
namespace {

using drivers::Ending;
using drivers::Settings;
using drivers::WebSocket;

Ending talk(WebSocket websocket, Does does) {
  const std::string piece(1'000'000, 'x');
  while (does == Does::flood && websocket.send_binary(piece)) {
  }
  if (does == Does::close && websocket.is_open()) return websocket.close(own_close_code, "assez");
  while (const auto message = websocket.receive()) {
    if (message->kind == drivers::Kind::text)
      websocket.send_text(message->bytes);
    else
      websocket.send_binary(message->bytes, drivers::Leave::with_next);
  }
  return *websocket.closed();
}

class Blocking : public DriverUnderTest {
public:
  std::string name() const override { return "blocking"; }

  Endings serve(net::Listener listener, const Settings& settings, Does does,
                std::size_t clients) override {
    auto shared = std::make_shared<net::Listener>(std::move(listener));
    return driver_thread([=, &settings] {
      net::Listener mine = std::move(*shared);  // closed when this ends, whichever way
      std::vector<Endings> threads;
      for (std::size_t i = 0; i < clients; ++i) {
        auto accepted = std::make_shared<net::Stream>(mine.accept());
        threads.push_back(driver_thread([=, &settings] {
          net::Stream stream = std::move(*accepted);
          return std::vector{talk(WebSocket::accept(std::move(stream), settings), does)};
        }));
      }
      std::vector<Ending> endings;
      for (Endings& thread : threads)
        endings.push_back(thread.get().front());
      return endings;
    });
  }

  Endings connect(const std::string& url, const Settings& settings, Does does) override {
    return driver_thread(
        [=, &settings] { return std::vector{talk(WebSocket::connect(url, settings), does)}; });
  }
};

}  // namespace

std::unique_ptr<DriverUnderTest> blocking_driver() {
  return std::make_unique<Blocking>();
}

}  // namespace prise::testing
