#include "net/stream.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "net/error.hpp"

#ifndef MSG_NOSIGNAL  // macOS: Socket::open has set SO_NOSIGPIPE instead
#define MSG_NOSIGNAL 0
#endif

namespace prise::net {
namespace {

// connect(2) that a signal interrupts goes on in the background: wait for it, then ask how it went.
int finish_interrupted_connect(int fd) {
  pollfd watched{fd, POLLOUT, 0};
  while (::poll(&watched, 1, -1) == -1) {
    if (errno != EINTR) return errno;
  }
  int error = 0;
  socklen_t size = sizeof error;
  checked(::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size), "getsockopt SO_ERROR");
  return error;
}

}  // namespace

Stream Stream::connect(const Address& server) {
  Socket socket = Socket::open(server.family(), SOCK_STREAM);
  if (::connect(socket.fd(), server.data(), server.size()) == -1) {
    if (errno == EINTR) errno = finish_interrupted_connect(socket.fd());
    if (errno != 0) throw_system_error("connect " + server.host_and_port());
  }
  return Stream(std::move(socket), server);
}

std::size_t Stream::receive_some(std::span<std::byte> buffer) {
  while (true) {
    const ssize_t count = ::recv(fd(), buffer.data(), buffer.size(), 0);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) throw_system_error("recv");
  }
}

std::string Stream::receive_some(std::size_t bytes_max) {
  std::string bytes(bytes_max, '\0');
  bytes.resize(receive_some(std::as_writable_bytes(std::span(bytes))));
  return bytes;
}

std::size_t Stream::receive_exactly(std::span<std::byte> buffer) {
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    const std::size_t count = receive_some(buffer.subspan(filled));
    if (count == 0) break;
    filled += count;
  }
  return filled;
}

std::optional<std::string> Stream::receive_all(std::size_t bytes_max) {
  std::array<std::byte, 65536> chunk;
  std::string all;
  while (const std::size_t count = receive_some(chunk)) {
    if (count > bytes_max - all.size()) return std::nullopt;
    all.append(reinterpret_cast<const char*>(chunk.data()), count);
  }
  return all;
}

std::size_t Stream::send_some(std::span<const std::byte> bytes) {
  while (true) {
    const ssize_t count = ::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) throw_system_error("send");
  }
}

void Stream::send_all(std::span<const std::byte> bytes) {
  while (!bytes.empty())
    bytes = bytes.subspan(send_some(bytes));
}

void Stream::send_all(std::string_view text) {
  send_all(std::as_bytes(std::span(text)));
}

void Stream::shutdown_sending() {
  checked(::shutdown(fd(), SHUT_WR), "shutdown");
}

Listener::Listener(const Address& address, ReuseAddress reuse, int backlog)
    : socket_(Socket::open(address.family(), SOCK_STREAM)) {
  socket_.bind(address, reuse);
  checked(::listen(socket_.fd(), backlog), "listen");
}

Stream Listener::accept() {
  while (true) {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    Socket socket(::accept(fd(), reinterpret_cast<sockaddr*>(&peer), &size));
    if (socket.is_open()) {
      checked(::fcntl(socket.fd(), F_SETFD, FD_CLOEXEC), "fcntl");  // as in Socket::open
      return Stream(std::move(socket), Address(reinterpret_cast<const sockaddr*>(&peer), size));
    }
    // A client that gave up while it waited is no reason to stop serving the others.
    if (errno != EINTR && errno != ECONNABORTED) throw_system_error("accept");
  }
}

}  // namespace prise::net
