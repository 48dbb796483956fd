#include "exercises/support/sockets.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <system_error>

namespace prise::check {
namespace {

struct AnyAddress {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);

  sockaddr* data() { return reinterpret_cast<sockaddr*>(&storage); }
  const sockaddr_in& v4() const { return reinterpret_cast<const sockaddr_in&>(storage); }
  const sockaddr_in6& v6() const { return reinterpret_cast<const sockaddr_in6&>(storage); }
  std::uint16_t port() const {
    return ntohs(storage.ss_family == AF_INET6 ? v6().sin6_port : v4().sin_port);
  }
};

AnyAddress numeric(const std::string& host, std::uint16_t port) {
  AnyAddress address;
  if (host.find(':') != std::string::npos) {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(address.storage);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    ::inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr);
    address.size = sizeof v6;
  } else {
    auto& v4 = reinterpret_cast<sockaddr_in&>(address.storage);
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    ::inet_pton(AF_INET, host.c_str(), &v4.sin_addr);
    address.size = sizeof v4;
  }
  return address;
}

int new_socket(int family, int type) {
  const int fd = ::socket(family, type, 0);
  if (fd == -1) throw std::system_error(errno, std::generic_category(), "socket");
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  ::fcntl(fd, F_SETFL, O_NONBLOCK);
  return fd;
}

AnyAddress name_of_end(int fd, int (*which)(int, sockaddr*, socklen_t*)) {
  AnyAddress address;
  which(fd, address.data(), &address.size);
  return address;
}

int milliseconds_until(Deadline deadline) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - testing::Clock::now()).count();
  return static_cast<int>(std::max<std::int64_t>(left, 0));
}

bool wait_for(int fd, short events, Deadline deadline) {
  while (true) {
    pollfd watched{fd, events, 0};
    const int ready = ::poll(&watched, 1, milliseconds_until(deadline));
    if (ready >= 0 || errno != EINTR) return ready == 1;
  }
}

}  // namespace

int socket_on(const std::string& host, std::uint16_t port, int type) {
  AnyAddress address = numeric(host, port);
  const int fd = new_socket(address.storage.ss_family, type);
  const int on = 1;
  if (address.storage.ss_family == AF_INET6)
    ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  if (::bind(fd, address.data(), address.size) == -1) {
    ::close(fd);
    throw std::system_error(errno, std::generic_category(), "bind " + host);
  }
  return fd;
}

int connect_to(const std::string& host, std::uint16_t port, Deadline deadline) {
  AnyAddress address = numeric(host, port);
  const int fd = new_socket(address.storage.ss_family, SOCK_STREAM);
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // pieces must leave as they are cut
  int error = ::connect(fd, address.data(), address.size) == 0 ? 0 : errno;
  if (error == EINPROGRESS) {
    socklen_t size = sizeof error;
    error = ETIMEDOUT;
    if (wait_writable(fd, deadline)) ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  }
  if (error == 0) return fd;
  ::close(fd);
  errno = error;
  return -1;
}

std::uint16_t local_port(int fd) {
  return name_of_end(fd, &::getsockname).port();
}
std::uint16_t remote_port(int fd) {
  return name_of_end(fd, &::getpeername).port();
}

std::string local_text(int fd) {
  const AnyAddress address = name_of_end(fd, &::getsockname);
  char host[INET6_ADDRSTRLEN] = "";
  if (address.storage.ss_family == AF_INET6) {
    ::inet_ntop(AF_INET6, &address.v6().sin6_addr, host, sizeof host);
    return fmt::format("('{}', {}, 0, 0)", host, address.port());
  }
  ::inet_ntop(AF_INET, &address.v4().sin_addr, host, sizeof host);
  return fmt::format("('{}', {})", host, address.port());
}

bool wait_readable(int fd, Deadline deadline) {
  return wait_for(fd, POLLIN, deadline);
}
bool wait_writable(int fd, Deadline deadline) {
  return wait_for(fd, POLLOUT, deadline);
}

long unread_by_peer(int fd) {
  // proc(5), /proc/net/tcp: columns sl, local, remote, st, tx:rx. A connection has one row for each
  // of its ends; the peer's has our port as the remote one.
  const std::string theirs = fmt::format(":{:04X}", remote_port(fd)),
                    ours = fmt::format(":{:04X}", local_port(fd));
  for (const char* path : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    std::ifstream table(path);
    std::string row;
    std::getline(table, row);
    while (std::getline(table, row)) {
      std::istringstream words(row);
      std::string number, local, remote, state, queues;
      words >> number >> local >> remote >> state >> queues;
      if (local.ends_with(theirs) && remote.ends_with(ours))
        return std::stol(queues.substr(queues.find(':') + 1), nullptr, 16);
    }
  }
  return -1;
}

}  // namespace prise::check
