// A thread that has ended rings it; another sleeps in poll, or in ask, until it does (lesson 11).
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "net/error.hpp"

namespace prise {

class Bell {
public:
  Bell() {
    net::checked(pipe(pipe_.data()), "pipe");
    for (const int end : pipe_)
      net::checked(fcntl(end, F_SETFL, O_NONBLOCK), "fcntl");
  }
  ~Bell() {
    for (const int end : pipe_)
      close(end);
  }
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;

  void ring() {  // a pipe that is full rings already
    [[maybe_unused]] const ssize_t count = write(pipe_[1], "!", 1);
  }
  void silence() {
    std::array<char, 256> rings{};
    while (read(pipe_[0], rings.data(), rings.size()) > 0) {
    }
  }
  int fd() const { return pipe_[0]; }  // readable once it has rung

private:
  std::array<int, 2> pipe_{};
};

}  // namespace prise
