// A thread whose blocking calls are interrupted by signals, again and again: what EINTR is about.
#pragma once

#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <exception>
#include <fstream>
#include <functional>
#include <string>
#include <thread>

#include "support/process.hpp"

namespace prise::testing {

// Runs work in a thread. join gives back what it threw. Linux: /proc tells whether a thread sleeps.
class InterruptedThread {
public:
  explicit InterruptedThread(std::function<void()> work) {
    struct sigaction action {};
    action.sa_handler = [](int) { ++signals_seen; };  // without SA_RESTART: blocked calls fail
    sigemptyset(&action.sa_mask);
    ::sigaction(SIGUSR1, &action, nullptr);
    thread_ = std::thread([this, work = std::move(work)] {
      kernel_id_ = ::gettid();
      try {
        work();
      } catch (...) {
        thrown_ = std::current_exception();
      }
      done_ = true;
    });
  }
  ~InterruptedThread() {
    if (thread_.joinable()) thread_.join();
  }
  InterruptedThread(const InterruptedThread&) = delete;
  InterruptedThread& operator=(const InterruptedThread&) = delete;

  // Waits until the thread sleeps in a call, then interrupts it; so many times. False: it has
  // ended, or does not sleep.
  bool interrupt(int times) {
    for (int i = 0; i < times; ++i) {
      if (!wait_until([this] { return sleeps(); })) return false;
      const int before = signals_seen;
      ::pthread_kill(thread_.native_handle(), SIGUSR1);
      if (!wait_until([before] { return signals_seen > before; })) return false;
    }
    return true;
  }

  bool wait_until_asleep() {
    return wait_until([this] { return sleeps(); });
  }

  void join() {
    thread_.join();
    if (thrown_) std::rethrow_exception(thrown_);
  }

private:
  template <class Condition>
  bool wait_until(Condition condition) {
    const Deadline deadline = within(Seconds(20));
    while (!condition()) {
      if (done_ || Clock::now() > deadline) return false;
      ::poll(nullptr, 0, 1);
    }
    return true;
  }

  // proc(5): the state follows the name of the program, which is in parentheses.
  bool sleeps() const {
    if (kernel_id_ == 0) return false;
    std::ifstream file("/proc/self/task/" + std::to_string(kernel_id_) + "/stat");
    std::string line;
    std::getline(file, line);
    const std::size_t end_of_name = line.rfind(')');
    return end_of_name != std::string::npos && line.compare(end_of_name, 3, ") S") == 0;
  }

  inline static std::atomic<int> signals_seen = 0;
  std::atomic<pid_t> kernel_id_ = 0;
  std::atomic<bool> done_ = false;
  std::exception_ptr thrown_;
  std::thread thread_;
};

}  // namespace prise::testing
