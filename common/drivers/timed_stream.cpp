#include "drivers/timed_stream.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

#include "net/error.hpp"

#ifndef MSG_NOSIGNAL  // macOS: Socket::open has set SO_NOSIGPIPE instead
#define MSG_NOSIGNAL 0
#endif

namespace prise::drivers {
namespace {

bool would_block(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

// What a peer, or the way to it, can do to us at any time: see tcp(7), ERRORS.
bool peer_is_gone(int error) {
  return error == ECONNRESET || error == EPIPE || error == ETIMEDOUT || error == EHOSTUNREACH ||
         error == ENETUNREACH || error == ENETDOWN || error == ENOTCONN || error == ECONNABORTED;
}

// poll(2) counts in milliseconds: rounded up, so that it never wakes too early and spins.
int milliseconds_until(Deadline deadline, Deadline now) {
  if (deadline == Deadline::max()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - now).count();
  return static_cast<int>(std::min<std::int64_t>(left, INT_MAX));
}

}  // namespace

TimedStream::TimedStream(net::Stream stream, int stop_fd)
    : stream_{std::move(stream)}, stop_fd_{stop_fd} {
  // Small messages leave at once: we gather them ourselves. It fails where it means nothing.
  const int on = 1;
  ::setsockopt(stream_.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

TimedStream TimedStream::connect(const net::Address& server, Deadline deadline, int stop_fd) {
  net::Socket socket = net::Socket::open(server.family(), SOCK_STREAM);
  const std::string call = "connect " + server.host_and_port();
  net::checked(::fcntl(socket.fd(), F_SETFL, O_NONBLOCK), "fcntl");
  const bool started = ::connect(socket.fd(), server.data(), server.size()) == -1;
  if (started && errno != EINPROGRESS && errno != EINTR) net::throw_system_error(call);
  const int fd = socket.fd();
  TimedStream stream{net::Stream{std::move(socket), server}, stop_fd};
  const Moved outcome = started ? stream.wait(POLLOUT, deadline) : Moved::some;
  int error = 0;
  socklen_t size = sizeof error;
  net::checked(::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size), "getsockopt SO_ERROR");
  if (outcome == Moved::timed_out) error = ETIMEDOUT;
  if (outcome == Moved::stopped) error = ECANCELED;
  if (error != 0) throw std::system_error(error, std::generic_category(), call);
  return stream;
}

// The deadline is looked at first: a peer that sends without end cannot push it away.
Moved TimedStream::wait(short events, Deadline deadline) const {
  std::array<pollfd, 2> watched{{{stream_.fd(), events, 0}, {stop_fd_, POLLIN, 0}}};
  while (true) {
    const Deadline now = Clock::now();
    if (now >= deadline) return Moved::timed_out;
    if (::poll(watched.data(), watched.size(), milliseconds_until(deadline, now)) == -1) {
      if (errno != EINTR) net::throw_system_error("poll");
      continue;
    }
    if (watched[1].revents != 0) return Moved::stopped;
    if (watched[0].revents != 0) return Moved::some;
  }
}

Transfer TimedStream::receive(websocket::MutableBytes buffer, Deadline deadline) {
  while (true) {
    if (const Moved ready = wait(POLLIN, deadline); ready != Moved::some) return {ready};
    const ssize_t count = ::recv(stream_.fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count > 0) return {Moved::some, static_cast<std::size_t>(count)};
    if (count == 0 || peer_is_gone(errno)) return {Moved::ended};
    if (!would_block(errno)) net::throw_system_error("recv");
  }
}

Transfer TimedStream::send(const websocket::Output& output, Deadline deadline) {
  std::array<iovec, websocket::Output::pieces_max> pieces;
  for (std::size_t i = 0; i < output.size();
       ++i)  // sendmsg only reads them, whatever its type says
    pieces[i] = {const_cast<std::byte*>(output[i].data()), output[i].size()};
  msghdr message{};
  message.msg_iov = pieces.data();
  message.msg_iovlen = static_cast<decltype(message.msg_iovlen)>(output.size());
  while (true) {
    const ssize_t count = ::sendmsg(stream_.fd(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count >= 0) return {Moved::some, static_cast<std::size_t>(count)};
    if (peer_is_gone(errno)) return {Moved::ended};
    if (!would_block(errno)) net::throw_system_error("sendmsg");
    if (const Moved ready = wait(POLLOUT, deadline); ready != Moved::some) return {ready};
  }
}

void TimedStream::shut_down_sending() {
  if (::shutdown(stream_.fd(), SHUT_WR) == -1 && !peer_is_gone(errno))
    net::throw_system_error("shutdown");
}

}  // namespace prise::drivers
