// Every message comes back as it was: what the echoes on the event loop are.
#pragma once

#include "drivers/event_loop.hpp"

namespace prise {

struct Echo : drivers::Handler {
  void message(drivers::Peer& peer, const drivers::Message& message) override {
    if (message.kind == drivers::Kind::text)
      peer.send_text(message.bytes);
    else
      peer.send_binary(message.bytes);
  }
};

}  // namespace prise
