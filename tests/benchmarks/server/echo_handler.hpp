// What the benchmarks' servers on the event loop do with a message.
#pragma once

#include <set>

#include "drivers/event_loop.hpp"

namespace prise {

// It comes back as it was.
struct Echo : drivers::Handler {
  void message(drivers::Peer& peer, const drivers::Message& message) override {
    if (message.kind == drivers::Kind::text)
      peer.send_text(message.bytes);
    else
      peer.send_binary(message.bytes);
  }
};

// It goes to all the others: one frame, built once.
class Room : public drivers::Handler {
public:
  void opened(drivers::Peer& peer) override { peers_.insert(&peer); }
  void closed(drivers::Peer& peer, const drivers::Ending&) override { peers_.erase(&peer); }
  void message(drivers::Peer& sender, const drivers::Message& message) override {
    const auto frame = message.kind == drivers::Kind::text
                           ? websocket::PreparedFrame::text(message.bytes)
                           : websocket::PreparedFrame::binary(websocket::bytes_of(message.bytes));
    for (drivers::Peer* peer : peers_)
      if (peer != &sender) peer->send_prepared(frame);
  }

private:
  std::set<drivers::Peer*> peers_;
};

}  // namespace prise
