// A TCP connection and the listener it comes from. Connecting is first written raw in lesson 01,
// one send and one recv in 02, send_all in 03, and the loops over short reads in 07. See tcp(7),
// send(2), recv(2).
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "net/address.hpp"
#include "net/socket.hpp"

namespace prise::net {

// A connected stream of bytes, without message boundaries. Every call blocks until it can do its
// work, and goes on after a signal (EINTR). Errors of the system are std::system_error; the end of
// the stream is not an error. Writing to a peer that has gone is one (EPIPE, ECONNRESET), never a
// SIGPIPE.
class Stream {
public:
  Stream(Socket socket, const Address& peer) : socket_(std::move(socket)), peer_(peer) {}
  static Stream connect(const Address& server);

  // At least one byte and at most the buffer's size; 0 means the end of the stream.
  std::size_t receive_some(std::span<std::byte> buffer);
  std::string receive_some(std::size_t bytes_max);  // the same in a string: empty at the end

  // Fills the buffer; what is returned is less than its size only if the stream ended before.
  std::size_t receive_exactly(std::span<std::byte> buffer);

  // All there is until the end of the stream; nullopt as soon as it is more than bytes_max.
  std::optional<std::string> receive_all(std::size_t bytes_max);

  // What the kernel took: at least one byte, perhaps not all.
  std::size_t send_some(std::span<const std::byte> bytes);
  void send_all(std::span<const std::byte> bytes);
  void send_all(std::string_view text);

  void shutdown_sending();  // half-close: the peer reads an end of stream, and can still answer
  void close() { socket_.close(); }

  const Address& peer() const { return peer_; }
  int fd() const { return socket_.fd(); }

private:
  Socket socket_;
  Address peer_;
};

// A socket on which clients arrive. backlog: how many may wait, connected, for accept; see
// listen(2).
class Listener {
public:
  explicit Listener(const Address& address, ReuseAddress reuse = ReuseAddress::yes,
                    int backlog = SOMAXCONN);

  Stream accept();  // the next client; blocks until there is one
  Address address() const { return socket_.local_address(); }
  int fd() const { return socket_.fd(); }
  void close() { socket_.close(); }

private:
  Socket socket_;
};

}  // namespace prise::net
