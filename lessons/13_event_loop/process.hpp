// A process of our own that serves, so that what it costs can be told from what its clients cost.
#pragma once

#include <sys/types.h>

#include <functional>

#include "net/socket.hpp"

// Ends with this object, or with the process that made it, however that ends.
class Process {
public:
  // body runs in the new process, with nothing of what it says shown; it ends when stop, a
  // descriptor, can be read. To be made while there are no threads.
  explicit Process(const std::function<void(int stop)>& body);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  double memory_bytes() const;  // in use and in the RAM (RSS)
  double cpu_seconds() const;   // used so far, in user and kernel mode

private:
  pid_t pid_ = -1;
  prise::net::Socket stop_;  // the end that nobody writes to: closing it makes the other readable
};
