// The smallest echo server over Connection: a thread a client, reads and writes that block. The
// seeded faults are built into it (faults.cmake), so that nothing but the core can be to blame.
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <thread>

#include "net/stream.hpp"
#include "protocol/websocket/connection.hpp"

namespace {

using namespace prise;
using websocket::Connection;
using websocket::Transport;

void answer(Connection& connection, const websocket::Event& event) {
  if (const auto* text = std::get_if<websocket::Text>(&event)) connection.send_text(text->text);
  if (const auto* binary = std::get_if<websocket::Binary>(&event))
    connection.send_binary(binary->bytes);
}

void flush(Connection& connection, net::Stream& client) {
  while (connection.output_bytes() > 0) {
    std::size_t sent = 0;
    for (const std::span<const std::byte> bytes : connection.output()) {
      client.send_all(bytes);
      sent += bytes.size();
    }
    connection.wrote(sent);
  }
}

void serve(net::Stream client, const websocket::Config& config) {
  Connection connection = Connection::server(config);
  std::vector<std::byte> buffer(64 * 1024);
  bool writes = true;
  while (connection.transport() != Transport::close) {
    const std::size_t count = client.receive_some(buffer);
    if (count == 0) connection.receive_end();
    connection.receive(std::span(buffer).first(count));
    while (const auto event = connection.next_event())
      answer(connection, *event);
    if (writes) flush(connection, client);
    if (writes && connection.transport() == Transport::shut_down_writing) {
      client.shutdown_sending();
      writes = false;
    }
    if (count == 0) break;
  }
}

}  // namespace

int main() {
  websocket::Config config;
  config.message_bytes_max = 64 * 1024 * 1024;
  config.deflate.emplace();
  net::Listener listener(net::Address::ipv4("127.0.0.1", 0));
  std::printf("Port : %d\n", listener.address().port());
  std::fflush(stdout);
  for (;;) {
    std::thread([client = listener.accept(), &config]() mutable {
      try {
        serve(std::move(client), config);
      } catch (const std::system_error&) {
        // This client has gone; the others have not.
      }
    }).detach();
  }
}
