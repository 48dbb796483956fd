// A clock for tests, set as one likes: preloaded into a program (ld.so(8), LD_PRELOAD), it moves
// the time of day that the program is told. The file that PRISE_MOVED_CLOCK names holds by how many
// seconds, eight bytes as this machine writes them, and may change at any time. The program itself
// knows nothing of it; its timers, which go by the monotonic clock, are as they were.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace {

const volatile std::int64_t* moved_seconds() {
  const char* const name = std::getenv("PRISE_MOVED_CLOCK");
  const int file = name == nullptr ? -1 : ::open(name, O_RDONLY | O_CLOEXEC);
  void* const mapped = file == -1
                           ? MAP_FAILED
                           : ::mmap(nullptr, sizeof(std::int64_t), PROT_READ, MAP_SHARED, file, 0);
  if (mapped == MAP_FAILED) {
    std::perror("PRISE_MOVED_CLOCK");
    std::_Exit(2);
  }
  ::close(file);
  return static_cast<const std::int64_t*>(mapped);
}

std::int64_t moved() {
  static const volatile std::int64_t* const seconds = moved_seconds();
  return *seconds;
}

}  // namespace

// The C library's, for the whole program: std::chrono::system_clock calls the first.
extern "C" int clock_gettime(clockid_t clock, timespec* time) noexcept {
  const long outcome = ::syscall(SYS_clock_gettime, clock, time);
  const bool of_day = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
  if (outcome == 0 && of_day) time->tv_sec += moved();
  return static_cast<int>(outcome);
}

extern "C" int gettimeofday(timeval* time, void*) noexcept {
  timespec now{};
  const int outcome = clock_gettime(CLOCK_REALTIME, &now);
  *time = {now.tv_sec, now.tv_nsec / 1000};
  return outcome;
}

extern "C" time_t time(time_t* time) noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  if (time != nullptr) *time = now.tv_sec;
  return now.tv_sec;
}
