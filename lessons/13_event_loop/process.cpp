#include "process.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ctime>
#include <fstream>
#include <string>

#include "net/error.hpp"

using namespace prise;

Process::Process(const std::function<void(int stop)>& body) {
  std::array<int, 2> ends{};
  net::checked(pipe(ends.data()), "pipe");
  pid_ = net::checked(fork(), "fork");
  if (pid_ == 0) {
    close(ends[1]);
    const int nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, STDOUT_FILENO);
    close(nowhere);
    body(ends[0]);
    _exit(0);  // what is being destroyed belongs to the other process
  }
  close(ends[0]);
  stop_ = net::Socket(ends[1]);
}

Process::~Process() {
  stop_.close();
  while (waitpid(pid_, nullptr, 0) == -1 && errno == EINTR) {
  }
}

double Process::memory_bytes() const {
  std::ifstream statm("/proc/" + std::to_string(pid_) + "/statm");  // proc(5)
  double all_pages = 0, resident_pages = 0;
  statm >> all_pages >> resident_pages;
  return resident_pages * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double Process::cpu_seconds() const {
  clockid_t clock{};
  timespec used{};
  if (clock_getcpuclockid(pid_, &clock) != 0) return 0;
  clock_gettime(clock, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}
