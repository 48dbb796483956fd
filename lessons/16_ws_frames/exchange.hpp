// What both sides do around their frames: read a whole one, show it, open and close.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "codec.hpp"
#include "console.hpp"
#include "grid.hpp"
#include "net/stream.hpp"

namespace prise {

// The head of an HTTP message, without a byte of what follows it: a frame may come right behind. A
// recv for each byte is slow (lesson 06), but a head is short. nullopt: the stream ended, or 16
// KiB.
inline std::optional<std::string> receive_http_head(net::Stream& peer) {
  std::string head;
  while (!head.ends_with("\r\n\r\n")) {
    const std::string byte = peer.receive_some(1);
    if (byte.empty() || head.size() == 16 * 1024) return std::nullopt;
    head += byte;
  }
  return head;
}

// Exactly so many bytes more; false: the stream ended before.
inline bool receive_more(net::Stream& peer, std::string& bytes, std::uint64_t count) {
  const std::size_t had = bytes.size();
  bytes.resize(had + static_cast<std::size_t>(count));
  const auto room = std::as_writable_bytes(std::span(bytes)).subspan(had);
  return peer.receive_exactly(room) == room.size();
}

inline void send_frame(net::Stream& peer, const Frame& frame) {
  const std::string bytes = encode(frame);
  peer.send_all(bytes);
  say("Trame envoyée : {}", hex(bytes));
}

// What a Close carries first: its code, on two bytes (section 5.5.1).
inline Frame close_frame(std::uint16_t code, std::optional<Key> key) {
  return {true, 0, close_opcode, key, big_endian(code, 2)};
}

inline void show_grid(std::string_view bytes) {
  for (const std::string& line : grid_of(bytes))
    say("{}", line);
}

struct Received {
  std::optional<Frame> frame;    // none: there will be no other, and it has been said why
  std::uint16_t close_with = 0;  // with what to close then; 0: the other side is gone
};

// The next frame, shown.
inline Received receive_frame(net::Stream& peer, Sender sender) {
  std::string bytes;
  if (!receive_more(peer, bytes, 2) || !receive_more(peer, bytes, head_bytes(bytes) - 2)) {
    say("L'autre côté est parti sans Close.");
    return {};
  }
  // Judged on the head: not a byte of the payload is waited for, nor room made for it.
  std::string fault = fault_in(bytes, sender);
  const bool too_long = fault.empty() && payload_bytes(bytes) > payload_bytes_max;
  if (too_long) fault = "elle est trop longue pour nous (RFC 6455 §10.4)";
  if (!fault.empty()) {
    show_grid(bytes);
    say("Trame refusée : {}.", fault);
    return {std::nullopt, static_cast<std::uint16_t>(too_long ? 1009 : 1002)};
  }
  if (!receive_more(peer, bytes, payload_bytes(bytes))) {
    say("L'autre côté est parti au milieu d'une trame.");
    return {};
  }
  say("Trame reçue :");
  show_grid(bytes);
  return {decode(bytes)};
}

}  // namespace prise
