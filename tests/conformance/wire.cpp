#include "conformance/wire.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

#include "net/error.hpp"

namespace prise::conformance {
namespace {

constexpr std::size_t read_bytes = 256 * 1024;

// Nanoseconds: chops follow each other faster than a millisecond.
short wait_for(int fd, short events, Deadline deadline) {
  const auto left = std::max(deadline - testing::Clock::now(), testing::Clock::duration::zero());
  const auto whole = std::chrono::floor<std::chrono::seconds>(left);
  const timespec time{whole.count(),
                      static_cast<long>((left - whole) / std::chrono::nanoseconds(1))};
  pollfd waiting{fd, events, 0};
  const int ready = ::ppoll(&waiting, 1, &time, nullptr);
  return ready > 0 ? waiting.revents : short{0};
}

}  // namespace

Wire::Wire(net::Stream stream) : stream_(std::move(stream)) {
  const int on = 1;
  net::checked(::fcntl(stream_.fd(), F_SETFL, O_NONBLOCK), "fcntl");
  net::checked(::setsockopt(stream_.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "setsockopt");
}

bool Wire::send(std::string_view bytes, Deadline deadline) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(stream_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
      continue;
    }
    if (sent == -1 && errno != EAGAIN && errno != EINTR) return false;
    const short ready =
        wait_for(stream_.fd(), POLLOUT | (end_ == End::none ? POLLIN : 0), deadline);
    if (ready == 0 || (ready & POLLNVAL) != 0) return false;
    if ((ready & POLLIN) != 0) read_now();
  }
  return true;
}

bool Wire::read_more(Deadline deadline) {
  if (end_ != End::none) return false;
  return wait_for(stream_.fd(), POLLIN, deadline) != 0 && read_now();
}

bool Wire::read_now() {
  const std::size_t had = input_.size();
  input_.resize(had + read_bytes);
  const ssize_t count = ::recv(stream_.fd(), input_.data() + had, read_bytes, 0);
  const int error = errno;
  input_.resize(had + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  if (count == 0) end_ = End::end_of_stream;
  if (count == -1 && error != EAGAIN && error != EINTR) end_ = End::reset;
  return count > 0;
}

void Wire::take(std::size_t bytes) {
  taken_ += bytes;
  if (taken_ < input_.size() / 2) return;  // so that each byte is moved once at most
  input_.erase(0, taken_);
  taken_ = 0;
}

void Wire::finish_sending() {
  ::shutdown(stream_.fd(), SHUT_WR);
}

void Wire::reset() {
  const linger at_once{1, 0};
  ::setsockopt(stream_.fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  stream_.close();
  end_ = End::reset;
}

}  // namespace prise::conformance
