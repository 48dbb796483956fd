// The notes' two loops, which work in either role: a WebSocket that is open is the same at both
// ends.
#pragma once

#include <chrono>
#include <string>

#include "console.hpp"
#include "drivers/asio_websocket.hpp"

namespace prise {

struct Pace {
  std::size_t count = 3;  // messages
  double interval = 0.2;  // seconds between two of them
};

// Until the other side closes, or so many messages have come.
inline asio::awaitable<void> consume(drivers::coroutines::WebSocket& websocket, std::size_t count) {
  while (count > 0) {
    const auto message = co_await websocket.receive();
    if (!message) co_return;
    say("{}", message->bytes);
    --count;
  }
}

// Until the other side closes, or so many messages have left.
inline asio::awaitable<void> produce(drivers::coroutines::WebSocket& websocket, Pace pace) {
  const auto pause =
      std::chrono::ceil<std::chrono::milliseconds>(std::chrono::duration<double>(pace.interval));
  for (std::size_t i = 1; i <= pace.count; ++i) {
    const bool sent = co_await websocket.send_text("Message " + std::to_string(i));
    if (!sent) co_return;
    co_await drivers::coroutines::sleep_for(pause);
  }
}

inline std::string yes_or_no(bool value) {
  return value ? "oui" : "non";
}

}  // namespace prise
