// Both ends of a connection in one test, and how many descriptors the test holds.
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <filesystem>
#include <iterator>
#include <span>
#include <string>
#include <string_view>

#include "net/stream.hpp"

namespace prise::testing {

// This machine, on a port that the kernel chooses.
inline net::Address loopback(int family = AF_INET) {
  return family == AF_INET6 ? net::resolve("::1", 0).front() : net::Address::ipv4("127.0.0.1", 0);
}

struct Connection {
  net::Stream client;
  net::Stream server;
};

inline Connection connected(int family = AF_INET) {
  net::Listener listener(loopback(family));
  net::Stream client = net::Stream::connect(listener.address());
  return {std::move(client), listener.accept()};
}

// The smallest buffers that the kernel grants: a few kilobytes fill them.
inline void shrink_buffers(const net::Stream& stream) {
  const int bytes = 1;
  ::setsockopt(stream.fd(), SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  ::setsockopt(stream.fd(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

// Closes so that the peer gets a reset (RST) in place of an end of stream; see socket(7),
// SO_LINGER.
inline void reset(net::Stream& stream) {
  const linger at_once{1, 0};
  ::setsockopt(stream.fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  stream.close();
}

inline std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

// Bytes among which none is lost, doubled or moved unnoticed: the period is no power of two.
inline std::string pattern(std::size_t bytes) {
  std::string text(bytes, '\0');
  for (std::size_t i = 0; i < bytes; ++i)
    text[i] = static_cast<char>(i % 251);
  return text;
}

inline std::ptrdiff_t open_descriptors() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
}

}  // namespace prise::testing
