// What both silent echoes are told: they are measured and tried hard, by the conformance tests and
// the benchmarks.
#pragma once

#include <chrono>
#include <cstddef>

#include "drivers/blocking.hpp"

namespace prise {

struct EchoOptions {
  std::size_t message_bytes_max = 16 << 20;
  bool no_deflate = false;
  double patience = 10;  // seconds
};

inline drivers::Settings settings_for(const EchoOptions& options) {
  drivers::Settings settings;
  settings.websocket.message_bytes_max = options.message_bytes_max;
  if (!options.no_deflate) settings.websocket.deflate.emplace();
  const auto patience =
      std::chrono::ceil<std::chrono::milliseconds>(std::chrono::duration<double>(options.patience));
  settings.timeouts = {
      .handshake = patience, .idle = 6 * patience, .send = patience, .close = patience};
  return settings;
}

// Text comes back as text, bytes as bytes, until the other side closes. Replies to messages that
// came together leave together.
inline void echo_until_closed(drivers::WebSocket& websocket) {
  while (const auto message = websocket.receive()) {
    if (message->kind == drivers::Kind::text)
      websocket.send_text(message->bytes, drivers::Leave::with_next);
    else
      websocket.send_binary(message->bytes, drivers::Leave::with_next);
  }
}

}  // namespace prise
