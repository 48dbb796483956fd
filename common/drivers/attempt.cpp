#include "drivers/attempt.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>

#ifndef MSG_NOSIGNAL  // macOS: Socket::open has set SO_NOSIGPIPE instead
#define MSG_NOSIGNAL 0
#endif

namespace prise::drivers {
namespace {

Attempt why_not() {
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {Outcome::would_block};
  if (peer_is_gone(errno)) return {Outcome::ended};
  return {Outcome::failed, 0, {errno, std::generic_category()}};
}

}  // namespace

// What a peer, or the way to it, can do to us at any time: see tcp(7), ERRORS.
bool peer_is_gone(int error) {
  return error == ECONNRESET || error == EPIPE || error == ETIMEDOUT || error == EHOSTUNREACH ||
         error == ENETUNREACH || error == ENETDOWN || error == ENOTCONN || error == ECONNABORTED;
}

Attempt try_receive(int fd, websocket::MutableBytes buffer) {
  const ssize_t count = ::recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (count > 0) return {Outcome::moved, static_cast<std::size_t>(count)};
  return count == 0 ? Attempt{Outcome::ended} : why_not();
}

Attempt try_send(int fd, const websocket::Output& output) {
  std::array<iovec, websocket::Output::pieces_max> pieces;
  for (std::size_t i = 0; i < output.size();
       ++i)  // sendmsg only reads them, whatever its type says
    pieces[i] = {const_cast<std::byte*>(output[i].data()), output[i].size()};
  msghdr message{};
  message.msg_iov = pieces.data();
  message.msg_iovlen = static_cast<decltype(message.msg_iovlen)>(output.size());
  const ssize_t count = ::sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  return count >= 0 ? Attempt{Outcome::moved, static_cast<std::size_t>(count)} : why_not();
}

void send_without_delay(int fd) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace prise::drivers
