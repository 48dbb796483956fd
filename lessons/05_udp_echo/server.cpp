// Point:  UDP has no connection: one socket, no listen, no accept; each datagram says who sent it.
// New:    SOCK_DGRAM, recvfrom, sendto.
// Kept:   net::Socket and its bind (lesson 01), net::resolve (lesson 04).
// Try:    start the client first: nothing is refused, the datagram is simply lost.

#include <sys/socket.h>

#include <array>
#include <string_view>

#include "console.hpp"
#include "net/error.hpp"
#include "net/socket.hpp"
#include "options.hpp"

using namespace prise;

int main(int argc, char** argv) {
  const auto options = parse_options(argc, argv, {.port = 9999});

  const auto address = net::resolve(options.host, options.port, net::Purpose::listen).front();
  net::Socket server = net::Socket::open(address.family(), SOCK_DGRAM);
  // Over UDP, SO_REUSEADDR would let two servers share the port and steal each other's datagrams.
  server.bind(address, net::ReuseAddress::no);
  say_chosen_port(options, server.local_address().port());
  say("Serveur UDP en écoute...");

  std::array<char, 1024> buffer;
  sockaddr_storage sender{};
  socklen_t size = sizeof sender;
  const ssize_t count = recvfrom(server.fd(), buffer.data(), buffer.size(), 0,
                                 reinterpret_cast<sockaddr*>(&sender), &size);
  if (count == -1) net::throw_system_error("recvfrom");
  const net::Address client(reinterpret_cast<sockaddr*>(&sender), size);
  say("Message de {} : {}", client,
      std::string_view(buffer.data(), static_cast<std::size_t>(count)));

  constexpr std::string_view reply = "Message bien reçu !";
  if (sendto(server.fd(), reply.data(), reply.size(), 0, client.data(), client.size()) == -1)
    net::throw_system_error("sendto " + client.host_and_port());
}
