#include "unit/drivers/failing_calls.hpp"

#include <poll.h>
#include <sys/socket.h>
#ifdef __linux__
#include <sys/epoll.h>
#endif

#include <atomic>
#include <cerrno>

#include "unit/drivers/driver_under_test.hpp"

namespace prise::testing {
namespace {

std::atomic<int> calls_left = 0;  // until the one that fails; 0 and below: none
std::atomic<int> error_to_give = 0;
std::atomic<const char*> failed_call = nullptr;
thread_local bool in_driver = false;

}  // namespace

bool fails(const char* call);
bool fails(const char* call) {
  if (!in_driver || --calls_left != 0) return false;
  failed_call = call;
  errno = error_to_give;
  return true;
}

void let_fail(int nth_call, int error) {
  failed_call = nullptr;
  error_to_give = error;
  calls_left = nth_call;
}

Failed end_of_failures() {
  calls_left = 0;
  const char* call = failed_call;
  return {call == nullptr ? "" : call};
}

void calls_here_may_fail() {
  in_driver = true;
}

Endings driver_thread(std::function<std::vector<drivers::Ending>()> work) {
  return std::async(std::launch::async, [work = std::move(work)] {
    calls_here_may_fail();
    return work();
  });
}

}  // namespace prise::testing

// NOLINTBEGIN: the names are the linker's.
extern "C" {

#define PRISE_MAY_FAIL(result, call, parameters, arguments)             \
  result __real_##call parameters;                                      \
  result __wrap_##call parameters;                                      \
  result __wrap_##call parameters {                                     \
    return prise::testing::fails(#call) ? -1 : __real_##call arguments; \
  }

PRISE_MAY_FAIL(int, shutdown, (int fd, int how), (fd, how))

// A reset that is told has happened: the stream is over, both ways.
#define PRISE_MAY_BE_RESET(call, parameters, arguments)                \
  ssize_t __real_##call parameters;                                    \
  ssize_t __wrap_##call parameters;                                    \
  ssize_t __wrap_##call parameters {                                   \
    if (!prise::testing::fails(#call)) return __real_##call arguments; \
    const int error = errno;                                           \
    if (error == ECONNRESET) __real_shutdown(fd, SHUT_RDWR);           \
    errno = error;                                                     \
    return -1;                                                         \
  }

PRISE_MAY_BE_RESET(recv, (int fd, void* buffer, std::size_t bytes, int flags),
                   (fd, buffer, bytes, flags))
PRISE_MAY_BE_RESET(recvmsg, (int fd, msghdr* message, int flags), (fd, message, flags))
PRISE_MAY_BE_RESET(send, (int fd, const void* buffer, std::size_t bytes, int flags),
                   (fd, buffer, bytes, flags))
PRISE_MAY_BE_RESET(sendmsg, (int fd, const msghdr* message, int flags), (fd, message, flags))
PRISE_MAY_FAIL(int, poll, (pollfd * watched, nfds_t count, int time), (watched, count, time))
PRISE_MAY_FAIL(int, accept, (int fd, sockaddr* address, socklen_t* size), (fd, address, size))

// Interrupted, it goes on all the same: connect(2).
int __real_connect(int fd, const sockaddr* address, socklen_t size);
int __wrap_connect(int fd, const sockaddr* address, socklen_t size);
int __wrap_connect(int fd, const sockaddr* address, socklen_t size) {
  if (!prise::testing::fails("connect")) return __real_connect(fd, address, size);
  const int error = errno;
  if (error == EINTR) __real_connect(fd, address, size);
  errno = error;
  return -1;
}

#ifdef __linux__
PRISE_MAY_FAIL(int, accept4, (int fd, sockaddr* address, socklen_t* size, int flags),
               (fd, address, size, flags))
PRISE_MAY_FAIL(int, epoll_wait, (int fd, epoll_event* events, int count, int time),
               (fd, events, count, time))
PRISE_MAY_FAIL(int, epoll_ctl, (int fd, int change, int watched, epoll_event* event),
               (fd, change, watched, event))
#endif
}
// NOLINTEND
