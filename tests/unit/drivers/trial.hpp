// A driver in one role, and a raw peer in the other.
#pragma once

#include <poll.h>

#include <chrono>

#include "support/catch.hpp"
#include "unit/drivers/driver_under_test.hpp"
#include "unit/drivers/raw_peer.hpp"

namespace prise::testing {

enum class Buffers { usual, small };

struct Trial {
  DriverUnderTest* driver;
  Role role;  // the driver's

  [[nodiscard]] std::string name() const {
    return driver->name() + (role == Role::server ? ", server" : ", client");
  }
};

struct Begun {
  RawPeer peer;
  Endings endings;

  drivers::Ending ending() { return endings.get().at(0); }
};

// A TCP connection between them; nothing has been said. The driver's end takes its small buffers
// from the listener's, or from its peer's.
inline Begun connect(const Trial& trial, const drivers::Settings& settings, Does does = Does::echo,
                     Buffers buffers = Buffers::usual) {
  net::Listener listener(loopback());
  const net::Address address = listener.address();
  const auto shrink = [&](int fd) {
    const int bytes = 1;
    if (buffers == Buffers::usual) return;
    ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  };
  shrink(listener.fd());
  if (trial.role == Role::server) {
    net::Socket socket = net::Socket::open(AF_INET, SOCK_STREAM);
    shrink(socket.fd());
    Endings endings = trial.driver->serve(std::move(listener), settings, does, 1);
    // A driver that could not even begin to listen refuses it; then it cannot be sent anything.
    static_cast<void>(::connect(socket.fd(), address.data(), address.size()));
    return {RawPeer({std::move(socket), address}, Role::client), std::move(endings)};
  }
  Endings endings = trial.driver->connect("ws://" + address.host_and_port() + "/", settings, does);
  // One that fails before it connects leaves a peer without a stream.
  pollfd arrival{listener.fd(), POLLIN, 0};
  while (::poll(&arrival, 1, 10) == 0)
    if (endings.wait_for(std::chrono::seconds{0}) == std::future_status::ready)
      return {RawPeer({net::Socket{}, address}, Role::server), std::move(endings)};
  net::Stream stream = listener.accept();
  shrink(stream.fd());
  return {RawPeer(std::move(stream), Role::server), std::move(endings)};
}

// The handshake, then `more` in the same write.
inline void shake_hands(RawPeer& peer, Role driver, std::string_view more = {}) {
  if (driver == Role::server) {
    peer.send(std::string(upgrade) + "\r\n" + std::string(more));
    CHECK(peer.receive_head().starts_with("HTTP/1.1 101 "));
  } else {
    peer.send(acceptance_of(peer.receive_head()).append(more));
  }
}

inline Begun open(const Trial& trial, const drivers::Settings& settings, Does does = Does::echo,
                  Buffers buffers = Buffers::usual) {
  Begun begun = connect(trial, settings, does, buffers);
  shake_hands(begun.peer, trial.role);
  return begun;
}

inline const std::vector<std::unique_ptr<DriverUnderTest>>& drivers_under_test() {
  static const auto all = [] {
    std::vector<std::unique_ptr<DriverUnderTest>> drivers = event_loop_drivers();
    drivers.push_back(blocking_driver());
#ifdef PRISE_HAS_ASIO
    drivers.push_back(asio_driver());
    drivers.push_back(asio_driver_over_tls());
#endif
    return drivers;
  }();
  return all;
}

// Each driver in each role, one after another, in the test case that asks.
inline Trial each_trial() {
  const auto& all = drivers_under_test();
  const auto number = GENERATE_REF(range(std::size_t{0}, 2 * all.size()));
  return {all.at(number % all.size()).get(), number < all.size() ? Role::server : Role::client};
}

inline const drivers::Settings& usual() {
  static const drivers::Settings settings;
  return settings;
}

}  // namespace prise::testing
