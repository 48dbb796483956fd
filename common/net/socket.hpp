// A socket: one descriptor, closed exactly once. First written raw in lesson 01; see socket(2),
// close(2).
#pragma once

#include "net/address.hpp"

namespace prise::net {

// SO_REUSEADDR: may a port be bound again while connections of its last life linger in TIME_WAIT?
// Lesson 09 shows what happens without. See socket(7).
enum class ReuseAddress { no, yes };

// Owns its descriptor: it can be moved, never copied; the destructor closes it. A moved-from or
// closed Socket holds no descriptor: fd() is -1. One thread at a time, like every type of net/; the
// exception is lesson 10's: another thread may call shutdown(2) on fd() to wake a blocked recv.
class Socket {
public:
  Socket() = default;
  explicit Socket(int fd) : fd_(fd) {}
  static Socket open(int family, int type);  // AF_INET or AF_INET6; SOCK_STREAM or SOCK_DGRAM

  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&& other) noexcept;
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket();

  void bind(const Address& address, ReuseAddress reuse);
  Address local_address() const;  // after bind to port 0, this is where the kernel's choice is read

  int fd() const { return fd_; }
  bool is_open() const { return fd_ != -1; }
  void close();   // harmless when already closed
  int release();  // gives the descriptor up to the caller, who closes it from now on

private:
  int fd_ = -1;
};

}  // namespace prise::net
