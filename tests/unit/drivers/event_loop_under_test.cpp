#include "drivers/event_loop.hpp"
#include "unit/drivers/driver_under_test.hpp"

namespace prise::testing {
namespace {

using drivers::Ending;
using drivers::EventLoop;
using drivers::Peer;
using drivers::Settings;

class Talk : public drivers::Handler {
public:
  Talk(Does does, std::size_t peers) : does_{does}, left_{peers} {}

  void opened(Peer& peer) override {
    const std::string piece(1'000'000, 'x');
    while (does_ == Does::flood && peer.send_binary(piece)) {
    }
    if (does_ == Does::close) peer.close(own_close_code, "assez");
  }
  void message(Peer& peer, const drivers::Message& message) override {
    if (message.kind == drivers::Kind::text)
      peer.send_text(message.bytes);
    else
      peer.send_binary(message.bytes);
  }
  void closed(Peer& peer, const Ending& ending) override {
    endings.push_back(ending);
    if (--left_ == 0) peer.loop().stop();
  }
  void not_opened(Peer& peer, const Ending& ending) override { closed(peer, ending); }

  std::vector<Ending> endings;

private:
  Does does_;
  std::size_t left_;
};

class Loop : public DriverUnderTest {
public:
  explicit Loop(net::Backend backend) : backend_{backend} {}

  std::string name() const override {
    return backend_ == net::Backend::poll ? "event loop, poll" : "event loop, epoll";
  }

  Endings serve(net::Listener listener, const Settings& settings, Does does,
                std::size_t clients) override {
    auto shared = std::make_shared<net::Listener>(std::move(listener));
    return driver_thread([=, this, &settings] {
      net::Listener mine = std::move(*shared);  // closed when this ends, whichever way
      Talk handler(does, clients);
      EventLoop loop(settings, backend_);
      loop.listen(std::move(mine), handler);
      loop.run();
      return handler.endings;
    });
  }

  Endings connect(const std::string& url, const Settings& settings, Does does) override {
    return driver_thread([=, this, &settings] {
      Talk handler(does, 1);
      EventLoop loop(settings, backend_);
      loop.connect(url, handler);
      loop.run();
      return handler.endings;
    });
  }

private:
  net::Backend backend_;
};

}  // namespace

std::vector<std::unique_ptr<DriverUnderTest>> event_loop_drivers() {
  std::vector<std::unique_ptr<DriverUnderTest>> all;
  all.push_back(std::make_unique<Loop>(net::Backend::poll));
#ifdef __linux__
  all.push_back(std::make_unique<Loop>(net::Backend::epoll));
#endif
  return all;
}

}  // namespace prise::testing
