#include "drivers/timed_stream.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

#include "drivers/attempt.hpp"
#include "net/error.hpp"

namespace prise::drivers {
namespace {

int poll_timeout(Deadline deadline, Deadline now) {
  if (deadline == Deadline::max()) return -1;
  return static_cast<int>(std::min<std::int64_t>(time_until(deadline, now).count(), INT_MAX));
}

}  // namespace

TimedStream::TimedStream(net::Stream stream, int stop_fd)
    : stream_{std::move(stream)}, stop_fd_{stop_fd} {
  send_without_delay(stream_.fd());
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
    if (::poll(watched.data(), watched.size(), poll_timeout(deadline, now)) == -1) {
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
    const auto [outcome, bytes, error] = try_receive(stream_.fd(), buffer);
    if (outcome == Outcome::moved) return {Moved::some, bytes};
    if (outcome == Outcome::ended) return {Moved::ended};
    if (outcome == Outcome::failed) throw std::system_error(error, "recv");
  }
}

Transfer TimedStream::send(const websocket::Output& output, Deadline deadline) {
  while (true) {
    const auto [outcome, bytes, error] = try_send(stream_.fd(), output);
    if (outcome == Outcome::moved) return {Moved::some, bytes};
    if (outcome == Outcome::ended) return {Moved::ended};
    if (outcome == Outcome::failed) throw std::system_error(error, "sendmsg");
    if (const Moved ready = wait(POLLOUT, deadline); ready != Moved::some) return {ready};
  }
}

void TimedStream::shut_down_sending() {
  if (::shutdown(stream_.fd(), SHUT_WR) == -1 && !peer_is_gone(errno))
    net::throw_system_error("shutdown");
}

}  // namespace prise::drivers
