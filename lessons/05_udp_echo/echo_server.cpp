// Point:  one socket serves everybody: without connections there is nobody to wait for.
// New:    a buffer as large as the largest datagram, so that none is cut.
// Kept:   recvfrom and sendto (server.cpp).
// Try:    two clients at once; a client between the two that never reads its answer.

#include <sys/socket.h>

#include <string_view>
#include <vector>

#include "console.hpp"
#include "net/error.hpp"
#include "net/socket.hpp"
#include "options.hpp"

using namespace prise;

int main(int argc, char** argv) {
  const auto options = parse_options(argc, argv, {.port = 9999});

  const auto address = net::resolve(options.host, options.port, net::Purpose::listen).front();
  net::Socket server = net::Socket::open(address.family(), SOCK_DGRAM);
  server.bind(address, net::ReuseAddress::no);
  say_chosen_port(options, server.local_address().port());
  say("Serveur UDP en écoute...");

  std::vector<char> buffer(65536);  // a datagram's length is a field of 16 bits (RFC 768)
  while (true) {
    sockaddr_storage sender{};
    socklen_t size = sizeof sender;
    const ssize_t count = recvfrom(server.fd(), buffer.data(), buffer.size(), 0,
                                   reinterpret_cast<sockaddr*>(&sender), &size);
    if (count == -1) net::throw_system_error("recvfrom");
    const net::Address client(reinterpret_cast<sockaddr*>(&sender), size);
    const std::string_view message(buffer.data(), static_cast<std::size_t>(count));
    say("Message de {} : {}", client, message);

    // One client that cannot be answered must not stop the others' service.
    if (sendto(server.fd(), message.data(), message.size(), 0, client.data(), client.size()) == -1)
      warn("La réponse à {} n'est pas partie.", client);
  }
}
