// Sleeping until one of many descriptors is ready: with poll(2), which any POSIX system has, then
// with epoll(7), Linux's own, behind the same three functions. What comes of it, with deadlines and
// without a list that is copied at each turn, is common/net/poller.hpp.
#pragma once

#include <poll.h>
#ifdef __linux__
#include <sys/epoll.h>
#endif

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <vector>

#include "net/error.hpp"
#include "net/socket.hpp"

// A recv, or a send, would not block now. The end of the stream and a failure count as both: the
// call that comes next tells which.
struct Ready {
  int fd;
  bool readable;
  bool writable;
};

enum class Interest { read, read_and_write };

class Waiting {
public:
  virtual ~Waiting() = default;
  virtual void watch(int fd, Interest interest) = 0;  // or changes what it is watched for
  virtual void forget(int fd) = 0;                    // before it is closed
  virtual std::vector<Ready> wait() = 0;
};

// The list is ours, and poll takes all of it at each call: the kernel looks at every descriptor,
// those that are silent too, and so do we when it comes back.
class PollWaiting : public Waiting {
public:
  void watch(int fd, Interest interest) override {
    const short events = interest == Interest::read ? POLLIN : POLLIN | POLLOUT;
    if (const auto found = find(fd); found != watched_.end())
      found->events = events;
    else
      watched_.push_back({fd, events, 0});
  }

  void forget(int fd) override { watched_.erase(find(fd)); }

  std::vector<Ready> wait() override {
    std::vector<Ready> ready;
    if (poll(watched_.data(), watched_.size(), -1) == -1) {
      if (errno != EINTR) prise::net::throw_system_error("poll");
      return ready;
    }
    for (const pollfd& one : watched_) {
      const bool ended = (one.revents & (POLLHUP | POLLERR)) != 0;  // reported without being asked
      const bool readable = ended || (one.revents & POLLIN) != 0;
      const bool writable = ended || (one.revents & POLLOUT) != 0;
      if (readable || writable) ready.push_back({one.fd, readable, writable});
    }
    return ready;
  }

private:
  std::vector<pollfd>::iterator find(int fd) {
    return std::find_if(watched_.begin(), watched_.end(),
                        [fd](const pollfd& one) { return one.fd == fd; });
  }
  std::vector<pollfd> watched_;
};

#ifdef __linux__
// The list is the kernel's. It is told once of each change, and gives back only those that are
// ready: ten thousand silent clients cost nothing at each call.
class EpollWaiting : public Waiting {
public:
  void watch(int fd, Interest interest) override {
    epoll_event event{};
    event.events = interest == Interest::read ? EPOLLIN : EPOLLIN | EPOLLOUT;
    event.data.fd = fd;  // ours to choose: it comes back with the event
    if (epoll_ctl(epoll_.fd(), EPOLL_CTL_MOD, fd, &event) == 0) return;
    if (errno != ENOENT) prise::net::throw_system_error("epoll_ctl");
    prise::net::checked(epoll_ctl(epoll_.fd(), EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
  }

  void forget(int fd) override { epoll_ctl(epoll_.fd(), EPOLL_CTL_DEL, fd, nullptr); }

  std::vector<Ready> wait() override {
    std::array<epoll_event, 256> events;  // if there are more, the next call gives them
    const int count = epoll_wait(epoll_.fd(), events.data(), static_cast<int>(events.size()), -1);
    if (count == -1 && errno != EINTR) prise::net::throw_system_error("epoll_wait");
    std::vector<Ready> ready;
    for (int i = 0; i < count; ++i) {
      const epoll_event& one = events[static_cast<std::size_t>(i)];
      const bool ended = (one.events & (EPOLLHUP | EPOLLERR)) != 0;
      ready.push_back({one.data.fd, ended || (one.events & EPOLLIN) != 0,
                       ended || (one.events & EPOLLOUT) != 0});
    }
    return ready;
  }

private:
  prise::net::Socket epoll_{prise::net::checked(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")};
};
#endif

enum class System { poll, epoll };

inline std::unique_ptr<Waiting> make_waiting(System system) {
#ifdef __linux__
  if (system == System::epoll) return std::make_unique<EpollWaiting>();
#endif
  if (system == System::poll) return std::make_unique<PollWaiting>();
  errno = ENOSYS;
  prise::net::throw_system_error("epoll_create1");
}
