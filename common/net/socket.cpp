#include "net/socket.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

#include "net/error.hpp"

namespace prise::net {

Socket Socket::open(int family, int type) {
  // Close-on-exec: a program started later must not inherit the descriptor and keep the port alive.
#ifdef SOCK_CLOEXEC
  type |= SOCK_CLOEXEC;
#endif
  Socket socket(checked(::socket(family, type, 0), "socket"));
#ifdef SO_NOSIGPIPE  // macOS and the BSDs know no MSG_NOSIGNAL
  const int on = 1;
  checked(::setsockopt(socket.fd(), SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on),
          "setsockopt SO_NOSIGPIPE");
#endif
  return socket;
}

Socket::Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

Socket& Socket::operator=(Socket&& other) noexcept {
  if (this != &other) {
    close();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

Socket::~Socket() {
  close();
}

void Socket::bind(const Address& address, ReuseAddress reuse) {
  const int reuse_on = reuse == ReuseAddress::yes ? 1 : 0;
  checked(::setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &reuse_on, sizeof reuse_on),
          "setsockopt SO_REUSEADDR");
  if (address.family() == AF_INET6) {
    const int only_ipv6 = address.is_any() ? 0 : 1;  // "::" takes IPv4 too (lesson 04)
    checked(::setsockopt(fd_, IPPROTO_IPV6, IPV6_V6ONLY, &only_ipv6, sizeof only_ipv6),
            "setsockopt IPV6_V6ONLY");
  }
  if (::bind(fd_, address.data(), address.size()) == -1)
    throw_system_error("bind " + address.host_and_port());
}

Address Socket::local_address() const {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  checked(::getsockname(fd_, reinterpret_cast<sockaddr*>(&storage), &size), "getsockname");
  return Address(reinterpret_cast<const sockaddr*>(&storage), size);
}

int Socket::release() {
  return std::exchange(fd_, -1);
}

void Socket::close() {
  if (fd_ != -1)
    ::close(std::exchange(fd_, -1));  // Linux: after EINTR the descriptor is gone all the same
}

}  // namespace prise::net
