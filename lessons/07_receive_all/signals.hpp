// Signals on purpose, to see what they do to a blocked recv or send: --interruptions.
#pragma once

#include <sys/time.h>

#include <chrono>
#include <csignal>

#include "net/error.hpp"

// Its whole work is to have interrupted the call.
extern "C" inline void do_nothing(int) {}

// Until it is called with zero. Without SA_RESTART the kernel does not go on by itself: the call
// gives EINTR, or what it had done so far. See sigaction(2), setitimer(2).
inline void interrupt_every(std::chrono::microseconds interval) {
  struct sigaction action {};
  action.sa_handler = &do_nothing;
  prise::net::checked(sigaction(SIGALRM, &action, nullptr), "sigaction");

  itimerval timer{};
  timer.it_interval.tv_usec = static_cast<suseconds_t>(interval.count());
  timer.it_value = timer.it_interval;
  prise::net::checked(setitimer(ITIMER_REAL, &timer, nullptr), "setitimer");
}
