// A port for programs that must be told theirs, and cannot say which one the kernel chose.
#pragma once

#include <cstdint>
#include <filesystem>

#include "support/process.hpp"

namespace prise::testing {

// Held by a lock on a file in the temporary folder, so that tests that run at the same time, of
// this suite or of another, never share one. It lies below the ports that the kernel lends, and
// could be bound, over TCP and UDP and without SO_REUSEADDR, when it was taken.
class ReservedPort {
public:
  ReservedPort();                               // a random one
  explicit ReservedPort(unsigned first_tried);  // or the next that is free
  ~ReservedPort();
  ReservedPort(const ReservedPort&) = delete;
  ReservedPort& operator=(const ReservedPort&) = delete;

  std::uint16_t number() const { return number_; }

private:
  bool lock();
  void release();

  std::uint16_t number_ = 0;
  std::filesystem::path file_;
  int lock_fd_ = -1;
};

// Waits until a program listens on the port (TCP) or has bound it (UDP), without talking to it: a
// server that accepts one client must not meet us in its place. Linux: proc(5), /proc/net/tcp.
bool wait_until_listening(std::uint16_t port, Deadline deadline);

}  // namespace prise::testing
