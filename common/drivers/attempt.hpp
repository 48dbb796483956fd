// One recv, or one sendmsg of several pieces, that never waits.
#pragma once

#include <cstdint>
#include <system_error>

#include "protocol/websocket/output_queue.hpp"

namespace prise::drivers {

enum class Outcome : std::uint8_t {
  moved,        // at least one byte
  would_block,  // not now
  ended,        // the peer sends nothing more, or is gone (reset, unreachable): no error of ours
  failed,       // what this machine refuses: `error` says why
};

struct Attempt {
  Outcome outcome;
  std::size_t bytes = 0;
  std::error_code error{};
};

// The socket may be a blocking one.
Attempt try_receive(int fd, websocket::MutableBytes buffer);
Attempt try_send(int fd, const websocket::Output& output);

bool peer_is_gone(int error);  // an errno that says so

// Small messages leave at once: a driver gathers them itself. Nothing happens where it means
// nothing.
void send_without_delay(int fd);

}  // namespace prise::drivers
