#include "support/reserved_port.hpp"

#include <array>
#include <memory>
#include <set>
#include <thread>

#include "net/datagram.hpp"
#include "support/catch.hpp"
#include "support/loopback.hpp"

using namespace prise::testing;
using namespace prise;

namespace {

net::Address on(std::uint16_t port) {
  return net::Address::ipv4("127.0.0.1", port);
}

}  // namespace

TEST_CASE("reserved ports are all different and can be bound", "[support][port]") {
  std::array<ReservedPort, 20> ports;
  std::set<std::uint16_t> numbers;
  for (const ReservedPort& port : ports) {
    numbers.insert(port.number());
    CHECK(port.number() >= 20000);
    CHECK(port.number() < 30000);
    CHECK_NOTHROW(net::Listener(on(port.number()), net::ReuseAddress::no));
  }
  CHECK(numbers.size() == 20);
}

TEST_CASE("a port that is reserved is passed over", "[support][port]") {
  const ReservedPort first;
  const ReservedPort second(first.number());
  CHECK(second.number() != first.number());
}

TEST_CASE("a port that somebody listens on is passed over", "[support][port]") {
  auto free_again = std::make_unique<ReservedPort>();
  const std::uint16_t number = free_again->number();
  const net::Listener listener(on(number));
  free_again.reset();
  CHECK(ReservedPort(number).number() != number);
}

TEST_CASE("a port that is free again can be reserved again", "[support][port]") {
  const auto before = open_descriptors();
  { const ReservedPort port; }
  CHECK(open_descriptors() == before);
}

TEST_CASE("a listener is seen without being talked to", "[support][port]") {
  const ReservedPort port;
  CHECK_FALSE(wait_until_listening(port.number(), within(Seconds(0))));
  {
    net::Listener listener(on(port.number()));
    CHECK(wait_until_listening(port.number(), within(Seconds(0))));
  }
  CHECK_FALSE(wait_until_listening(port.number(), within(Seconds(0.05))));
  const net::Datagrams datagrams = net::Datagrams::bound_to(on(port.number()));
  CHECK(wait_until_listening(port.number(), within(Seconds(0))));
}

TEST_CASE("a listener that comes later is waited for", "[support][port]") {
  const ReservedPort port;
  bool seen = false;
  std::jthread waiter([&] { seen = wait_until_listening(port.number(), within(Seconds(20))); });
  const net::Listener listener(on(port.number()));
  waiter.join();
  CHECK(seen);
}
