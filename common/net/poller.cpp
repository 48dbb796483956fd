#include "net/poller.hpp"

#include <poll.h>
#ifdef __linux__
#include <sys/epoll.h>
#endif

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <utility>
#include <vector>

#include "net/error.hpp"
#include "net/socket.hpp"

namespace prise::net {
namespace {

using std::chrono::milliseconds;

bool has(Interest interest, Interest part) {
  return (static_cast<unsigned>(interest) & static_cast<unsigned>(part)) != 0;
}

int timeout_of(milliseconds time) {
  if (time == milliseconds::max()) return -1;
  return static_cast<int>(std::clamp<std::int64_t>(time.count(), 0, INT_MAX));
}

// The kernel walks through the whole list at each wait: its cost grows with those that are silent.
class PollPoller : public Poller {
public:
  void watch(int fd, Interest interest) override {
    const auto number = static_cast<std::size_t>(fd);
    if (places_.size() <= number) places_.resize(number + 1, nowhere);
    if (places_[number] == nowhere) {
      places_[number] = watched_.size();
      watched_.push_back({fd, 0, 0});
    }
    pollfd& watched = watched_[places_[number]];
    watched.events = static_cast<short>((has(interest, Interest::read) ? POLLIN : 0) |
                                        (has(interest, Interest::write) ? POLLOUT : 0));
    // poll(2) passes over a negative number; otherwise it would report the end of the stream.
    watched.fd = interest == Interest::nothing ? ~fd : fd;
  }

  std::span<const Ready> wait(milliseconds time) override {
    ready_.clear();
    const int count = ::poll(watched_.data(), watched_.size(), timeout_of(time));
    if (count == -1 && errno != EINTR) throw_system_error("poll");
    for (const pollfd& watched : watched_) {
      if (count == -1 || watched.revents == 0) continue;
      const bool ended = (watched.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
      ready_.push_back({watched.fd, ended || (watched.revents & POLLIN) != 0,
                        ended || (watched.revents & POLLOUT) != 0});
    }
    return last_ready_ = ready_;
  }

private:
  static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

  // The last one takes the place that becomes free.
  void unwatch(int fd) override {
    const auto number = static_cast<std::size_t>(fd);
    if (places_.size() <= number || places_[number] == nowhere) return;
    const std::size_t place = std::exchange(places_[number], nowhere);
    const pollfd last = watched_.back();
    watched_.pop_back();
    if (place == watched_.size()) return;
    watched_[place] = last;
    places_[static_cast<std::size_t>(last.fd < 0 ? ~last.fd : last.fd)] = place;
  }

  std::vector<pollfd> watched_;
  std::vector<std::size_t> places_;  // by descriptor: where it is in watched_
  std::vector<Ready> ready_;
};

#ifdef __linux__
// The kernel keeps the list, and reports only those that are ready.
class EpollPoller : public Poller {
public:
  void watch(int fd, Interest interest) override {
    const auto number = static_cast<std::size_t>(fd);
    if (watched_.size() <= number) watched_.resize(number + 1, Interest::nothing);
    const Interest before = std::exchange(watched_[number], interest);
    if (before == interest) return;
    epoll_event event{};
    event.events = (has(interest, Interest::read) ? EPOLLIN : 0U) |
                   (has(interest, Interest::write) ? EPOLLOUT : 0U);
    event.data.fd = fd;
    // One that is there is reported at its end, whatever it is watched for: so it is taken out.
    const int change = interest == Interest::nothing ? EPOLL_CTL_DEL
                       : before == Interest::nothing ? EPOLL_CTL_ADD
                                                     : EPOLL_CTL_MOD;
    if (::epoll_ctl(epoll_.fd(), change, fd, &event) == -1) {
      watched_[number] = before;
      throw_system_error("epoll_ctl");
    }
  }

  std::span<const Ready> wait(milliseconds time) override {
    std::array<epoll_event, ready_max> events;
    const int count = ::epoll_wait(epoll_.fd(), events.data(), ready_max, timeout_of(time));
    if (count == -1 && errno != EINTR) throw_system_error("epoll_wait");
    const auto found = static_cast<std::size_t>(std::max(count, 0));
    for (std::size_t i = 0; i < found; ++i) {
      const bool ended = (events[i].events & (EPOLLHUP | EPOLLERR)) != 0;
      ready_[i] = {events[i].data.fd, ended || (events[i].events & EPOLLIN) != 0,
                   ended || (events[i].events & EPOLLOUT) != 0};
    }
    return last_ready_ = std::span(ready_).first(found);
  }

private:
  static constexpr int ready_max = 256;  // of one wait; the others are reported by the next

  void unwatch(int fd) override {
    const auto number = static_cast<std::size_t>(fd);
    if (number < watched_.size()) watch(fd, Interest::nothing);
  }

  Socket epoll_{checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")};
  std::vector<Interest> watched_;  // by descriptor
  std::array<Ready, ready_max> ready_{};
};
#endif

}  // namespace

std::unique_ptr<Poller> Poller::make(Backend backend) {
  if (backend == Backend::poll) return std::make_unique<PollPoller>();
#ifdef __linux__
  return std::make_unique<EpollPoller>();
#else
  errno = ENOSYS;
  throw_system_error("epoll_create1");
#endif
}

void Poller::forget(int fd) {
  unwatch(fd);
  for (Ready& ready : last_ready_) {
    if (ready.fd == fd) ready = {fd, false, false};
  }
}

}  // namespace prise::net
