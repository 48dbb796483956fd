// A UDP socket: datagrams arrive whole, or cut, or not at all, from anybody. First written raw in
// lesson 05. See udp(7), recvfrom(2), sendto(2).
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "net/address.hpp"
#include "net/socket.hpp"

namespace prise::net {

// The largest payload of a datagram over IPv4: 65535 less the IP (20) and UDP (8) headers.
inline constexpr std::size_t datagram_bytes_max = 65507;

class Datagrams {
public:
  // What one receive gave. bytes lives in the caller's buffer.
  struct Received {
    std::span<const std::byte> bytes;
    Address sender;
    bool truncated;  // the datagram was longer than the buffer: the rest is lost for good
  };

  static Datagrams unbound(
      int family);  // a client's: the kernel chooses the port at the first send
  static Datagrams bound_to(const Address& address);  // a server's

  void send_to(std::span<const std::byte> bytes, const Address& receiver);
  void send_to(std::string_view text, const Address& receiver);

  Received receive(std::span<std::byte> buffer);  // blocks
  // nullopt when nothing came within the time.
  std::optional<Received> receive_within(std::chrono::milliseconds time,
                                         std::span<std::byte> buffer);

  Address address() const { return socket_.local_address(); }
  int fd() const { return socket_.fd(); }

private:
  explicit Datagrams(Socket socket) : socket_(std::move(socket)) {}
  Socket socket_;
};

}  // namespace prise::net
