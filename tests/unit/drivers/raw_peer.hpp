// The other side of a driver: a plain stream, and frames written by hand. What it waits for and
// does not come is an error after ten seconds.
#pragma once

#include <sys/socket.h>
#include <sys/time.h>

#include <string>
#include <string_view>

#include "drivers/random_mask.hpp"
#include "net/error.hpp"
#include "net/stream.hpp"
#include "protocol/websocket/accept_key.hpp"
#include "protocol/websocket/frame.hpp"
#include "support/loopback.hpp"

namespace prise::testing {

using websocket::Fin;
using websocket::Opcode;
using websocket::Role;

class RawPeer {
public:
  RawPeer(net::Stream stream, Role role) : stream_{std::move(stream)}, role_{role} {
    const timeval time{10, 0};
    ::setsockopt(stream_.fd(), SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
    ::setsockopt(stream_.fd(), SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
  }

  net::Stream& stream() { return stream_; }
  void send(std::string_view bytes) { stream_.send_all(bytes); }
  void send(Opcode opcode, std::string_view payload, Fin fin = Fin::last) {
    send(frame(opcode, payload, fin));
  }

  // As this side sends it: a client masks.
  [[nodiscard]] std::string frame(Opcode opcode, std::string_view payload,
                                  Fin fin = Fin::last) const {
    return frame_of(role_, opcode, payload, fin);
  }
  // As the driver sends it; with a mask of zeros where it masks, as receive_frame() gives it back.
  [[nodiscard]] std::string driver_frame(Opcode opcode, std::string_view payload) const {
    return frame_of(Role::server, opcode, payload, Fin::last);
  }

  // The next bytes: fewer at the end of the stream.
  std::string receive(std::size_t count) {
    std::string bytes(count, '\0');
    bytes.resize(stream_.receive_exactly(std::as_writable_bytes(std::span(bytes))));
    return bytes;
  }

  std::string receive_head() {
    std::string head;
    for (std::string byte; !head.ends_with("\r\n\r\n"); head += byte)
      if (byte = receive(1); byte.empty()) break;
    return head;
  }

  // The next frame of the driver, unmasked; empty at the end of the stream.
  std::string receive_frame() {
    std::string bytes;
    websocket::FrameHeadParse parse;
    const Role reader = role_ == Role::client ? Role::client : Role::server;
    do {
      const std::string byte = receive(1);
      if (byte.empty()) return {};
      bytes += byte;
      parse = websocket::parse_frame_head(websocket::bytes_of(bytes), reader);
    } while (parse.outcome == websocket::FrameHeadParse::Outcome::more);
    if (parse.outcome == websocket::FrameHeadParse::Outcome::broken) return "broken: " + bytes;
    std::string payload = receive(parse.head.payload_bytes);
    websocket::apply_mask(std::as_writable_bytes(std::span(payload)), parse.head.key);
    return driver_frame(parse.head.opcode, payload);
  }

  // The end of the stream is next, or a reset.
  bool ended() {
    try {
      return stream_.receive_some(1).empty();
    } catch (const std::system_error& error) {
      return error.code() == std::errc::connection_reset;
    }
  }

private:
  static std::string frame_of(Role role, Opcode opcode, std::string_view payload, Fin fin) {
    websocket::FrameHead head;
    head.opcode = opcode;
    head.fin = fin;
    head.masked = role == Role::client;
    if (head.masked) head.key = drivers::random_mask();
    std::vector<std::byte> bytes;
    websocket::append_frame(bytes, head, websocket::bytes_of(payload));
    return std::string(websocket::text_of(bytes));
  }

  net::Stream stream_;
  Role role_;
};

inline constexpr std::string_view upgrade =
    "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";

// What a Close frame holds.
inline std::string close_payload(int code, std::string_view reason = {}) {
  return std::string{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)}.append(reason);
}

// The answer to a client's request.
inline std::string acceptance_of(std::string_view request) {
  const std::string_view field = "Sec-WebSocket-Key: ";
  const std::size_t at = request.find(field);
  const std::string_view key =
      at == std::string_view::npos ? "" : request.substr(at + field.size(), 24);
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Accept: " +
         websocket::accept_key(key) + "\r\n\r\n";
}

}  // namespace prise::testing
