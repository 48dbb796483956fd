// The two loops of this lesson. recv gives what is there, send takes what fits, and a signal may
// interrupt both: only a loop moves a whole message. common/net/stream.hpp carries them from here
// on. See recv(2), send(2), signal(7).
#pragma once

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <string>
#include <string_view>

#include "net/error.hpp"

enum class Outcome {
  complete,         // receive_all: up to the end of the stream; send_all: to the last byte
  too_long,         // more than the limit: what came is dropped
  connection_lost,  // the peer is gone, or cut the connection; what came may lack its end
};

struct Received {
  Outcome outcome = Outcome::complete;
  std::string bytes = {};
  std::size_t calls = 0;
  std::size_t interruptions = 0;
};

inline Received receive_all(int fd, std::size_t bytes_max) {
  std::array<char, 65536> chunk;
  Received all;
  while (true) {
    ++all.calls;
    const ssize_t count = recv(fd, chunk.data(), chunk.size(), 0);
    if (count == -1 && errno == EINTR) {  // a signal came while nothing was there: not an error
      ++all.interruptions;
      continue;
    }
    if (count == -1 && errno != ECONNRESET) prise::net::throw_system_error("recv");
    if (count <= 0) {
      all.outcome = count == 0 ? Outcome::complete : Outcome::connection_lost;
      return all;
    }
    const auto bytes = static_cast<std::size_t>(count);  // a short read: 1 to chunk.size()
    if (bytes > bytes_max - all.bytes.size())
      return {Outcome::too_long, {}, all.calls, all.interruptions};
    all.bytes.append(chunk.data(), bytes);
  }
}

struct Sent {
  Outcome outcome = Outcome::complete;
  std::size_t bytes = 0;
  std::size_t calls = 0;
  std::size_t interruptions = 0;
};

inline Sent send_all(int fd, std::string_view bytes) {
  Sent sent;
  while (sent.bytes < bytes.size()) {
    const std::string_view rest = bytes.substr(sent.bytes);
    ++sent.calls;
    const ssize_t count = send(fd, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (count == -1 && errno == EINTR) {
      ++sent.interruptions;
    } else if (count == -1) {
      if (errno != EPIPE && errno != ECONNRESET) prise::net::throw_system_error("send");
      sent.outcome = Outcome::connection_lost;
      return sent;
    } else {
      sent.bytes += static_cast<std::size_t>(count);  // a short write: the rest at the next turn
    }
  }
  return sent;
}
