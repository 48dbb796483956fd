// Which of many descriptors are ready, asked in one call: poll(2) on any POSIX system, epoll(7) on
// Linux, behind the same few functions. Written raw in lesson 13.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>

namespace prise::net {

// What is waited for. A descriptor watched for `nothing` is never reported, not even its end.
enum class Interest : std::uint8_t { nothing = 0, read = 1, write = 2, read_and_write = 3 };

// A call that would have blocked would not now. The end of the stream, and an error, are both: the
// next recv or send tells which.
struct Ready {
  int fd;
  bool readable;
  bool writable;
};

enum class Backend : std::uint8_t { poll, epoll };

constexpr Backend best_backend() {
#ifdef __linux__
  return Backend::epoll;
#else
  return Backend::poll;
#endif
}

// Owns no descriptor but epoll's own. Level-triggered: what is still ready is reported again by the
// next wait. For one thread.
class Poller {
public:
  // Throws std::system_error: ENOSYS for epoll where there is none, EMFILE when it gets no
  // descriptor.
  static std::unique_ptr<Poller> make(Backend backend = best_backend());
  virtual ~Poller() = default;
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  // Watches the descriptor, or changes what for.
  virtual void watch(int fd, Interest interest) = 0;

  // To be called before the descriptor is closed: its number may soon be another's. What the last
  // wait said of it, and was not looked at yet, says then that nothing is ready.
  void forget(int fd);

  // Waits until one of them is ready, or for so long at the most (max(): for ever). What is ready
  // is listed until the next wait; nothing, when the time ran out or a signal came.
  virtual std::span<const Ready> wait(
      std::chrono::milliseconds time = std::chrono::milliseconds::max()) = 0;

protected:
  Poller() = default;
  virtual void unwatch(int fd) = 0;
  std::span<Ready> last_ready_;  // what the last wait returned
};

}  // namespace prise::net
