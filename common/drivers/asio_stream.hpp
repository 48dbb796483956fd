// The bytes of one WebSocket over asio: what can be moved at once, and the socket to wait on when
// nothing can. TLS is another AsioStream over the same socket. Part of the asio driver; lesson 18.
#pragma once

#include <asio/ip/tcp.hpp>
#include <cstdint>
#include <memory>
#include <system_error>

#include "protocol/websocket/output_queue.hpp"

namespace prise::drivers {

enum class Tried : std::uint8_t {
  some,     // at least one byte
  not_now,  // wait until the socket is ready, then try again
  ended,    // the peer sends nothing more, or is gone (reset, unreachable): outcomes, not errors
};

struct Trial {
  Tried outcome;
  std::size_t bytes = 0;
};

// Nothing in it waits. Errors of this machine are std::system_error.
class AsioStream {
public:
  virtual ~AsioStream() = default;
  virtual Trial try_receive(websocket::MutableBytes buffer) = 0;
  virtual Trial try_send(const websocket::Output& output) = 0;
  virtual void shut_down_sending() = 0;
  virtual asio::ip::tcp::socket& socket() = 0;

  // What TLS changes: a handshake may have to write before it can read on, and the other way round.
  using Wait = asio::ip::tcp::socket::wait_type;
  [[nodiscard]] virtual Wait receive_waits_for() const { return asio::ip::tcp::socket::wait_read; }
  [[nodiscard]] virtual Wait send_waits_for() const { return asio::ip::tcp::socket::wait_write; }
  // Why it ended, where that says more than "the peer is gone".
  [[nodiscard]] virtual std::error_code fault() const { return {}; }
  virtual void close() {
    asio::error_code ignored;
    socket().close(ignored);
  }
};

// asio's own category for errno's numbers, as the one that everybody else knows.
inline std::error_code system_code(const asio::error_code& error) {
  const bool of_system = error.category() == asio::error::get_system_category();
  return of_system ? std::error_code(error.value(), std::system_category()) : error;
}

std::unique_ptr<AsioStream> plain_stream(asio::ip::tcp::socket socket);

}  // namespace prise::drivers
