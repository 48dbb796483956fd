// Point:  a TCP client is two calls: socket, connect. The kernels do the three-way handshake.
// New:    connect; the port the kernel lends us for the time of a connection (an ephemeral port).
// Kept:   socket, close and the address from server.cpp.
// Try:    start it without a server; start it twice; look for it with `ss -tan` while it lives.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>

#include "console.hpp"
#include "options.hpp"

using namespace prise;

int checked(int result, const std::string& call) {
  if (result == -1) throw std::system_error(errno, std::generic_category(), call);
  return result;
}

int main(int argc, char** argv) {
  const auto options = parse_options(argc, argv, {.port = 9999});

  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(options.port);
  if (inet_pton(AF_INET, options.host.c_str(), &address.sin_addr) != 1)
    throw std::invalid_argument("ipv4 " + options.host);

  const int server = checked(socket(AF_INET, SOCK_STREAM, 0), "socket");
  // No bind: a client lets the kernel choose its port. connect returns once the server's kernel has
  // agreed.
  checked(connect(server, reinterpret_cast<sockaddr*>(&address), sizeof address),
          "connect " + options.host + ":" + std::to_string(options.port));
  say("Connecté au serveur !");

  close(server);
}
