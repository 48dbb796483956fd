#include "net/datagram.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>

#include "net/error.hpp"

namespace prise::net {

Datagrams Datagrams::unbound(int family) {
  return Datagrams(Socket::open(family, SOCK_DGRAM));
}

Datagrams Datagrams::bound_to(const Address& address) {
  Datagrams datagrams = unbound(address.family());
  // On UDP, SO_REUSEADDR would let two servers share the port and steal each other's datagrams.
  datagrams.socket_.bind(address, ReuseAddress::no);
  return datagrams;
}

void Datagrams::send_to(std::span<const std::byte> bytes, const Address& receiver) {
  while (::sendto(fd(), bytes.data(), bytes.size(), 0, receiver.data(), receiver.size()) == -1) {
    if (errno != EINTR) throw_system_error("sendto " + receiver.host_and_port());
  }
}

void Datagrams::send_to(std::string_view text, const Address& receiver) {
  send_to(std::as_bytes(std::span(text)), receiver);
}

Datagrams::Received Datagrams::receive(std::span<std::byte> buffer) {
  // recvmsg rather than recvfrom: only it says, in msg_flags, that a datagram was cut.
  sockaddr_storage sender{};
  iovec target{buffer.data(), buffer.size()};
  msghdr message{};
  message.msg_name = &sender;
  message.msg_iov = &target;
  message.msg_iovlen = 1;
  ssize_t count = -1;
  do {
    message.msg_namelen = sizeof sender;
    count = ::recvmsg(fd(), &message, 0);
  } while (count == -1 && errno == EINTR);
  if (count == -1) throw_system_error("recvfrom");
  return Received{buffer.first(static_cast<std::size_t>(count)),
                  Address(reinterpret_cast<const sockaddr*>(&sender), message.msg_namelen),
                  (message.msg_flags & MSG_TRUNC) != 0};
}

std::optional<Datagrams::Received> Datagrams::receive_within(std::chrono::milliseconds time,
                                                             std::span<std::byte> buffer) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point deadline = Clock::now() + time;
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    pollfd watched{fd(), POLLIN, 0};
    const int ready =
        ::poll(&watched, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    if (ready == 1) return receive(buffer);
    if (ready == 0) return std::nullopt;
    if (errno != EINTR) throw_system_error("poll");
  }
}

}  // namespace prise::net
