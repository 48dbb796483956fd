// A peer of which the test writes each byte.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "drivers/random_mask.hpp"
#include "net/stream.hpp"
#include "protocol/websocket/frame.hpp"
#include "support/catch.hpp"

namespace prise::testing {

using websocket::Fin;
using websocket::Opcode;

inline constexpr std::string_view upgrade =
    "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";

inline std::string frame(Opcode opcode, std::string_view payload, Fin fin = Fin::last,
                         bool masked = true) {
  std::vector<std::byte> bytes;
  websocket::FrameHead head;
  head.opcode = opcode;
  head.fin = fin;
  head.masked = masked;
  if (masked) head.key = drivers::random_mask();
  websocket::append_frame(bytes, head, websocket::bytes_of(payload));
  return std::string(websocket::text_of(bytes));
}

inline std::string server_frame(Opcode opcode, std::string_view payload) {
  return frame(opcode, payload, Fin::last, false);
}

// What a Close frame holds.
inline std::string close_payload(int code, std::string_view reason = {}) {
  return std::string{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)}.append(reason);
}

inline std::string receive(net::Stream& peer, std::size_t count) {
  std::string bytes(count, '\0');
  bytes.resize(peer.receive_exactly(std::as_writable_bytes(std::span(bytes))));
  return bytes;
}

inline std::string receive_head(net::Stream& peer) {
  std::string head;
  while (!head.ends_with("\r\n\r\n") && head.size() < 4096)
    head += receive(peer, 1);
  return head;
}

// A client past its handshake.
inline net::Stream raw_client(net::Stream stream, std::string_view more = {}) {
  stream.send_all(std::string(upgrade) + "\r\n" + std::string(more));
  CHECK(receive_head(stream).starts_with("HTTP/1.1 101"));
  return stream;
}

}  // namespace prise::testing
