// Point:  a TCP server is four calls: socket, bind, listen, accept; the fifth, close, ends it.
// New:    all of them, naked, each with its check; an address as the kernel reads it.
// Kept:   nothing, this is the beginning.
// Try:    start it twice at once; then --port 80 without being root.

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

// A system call that fails returns -1 and leaves the reason in errno.
int checked(int result, const std::string& call) {
  if (result == -1) throw std::system_error(errno, std::generic_category(), call);
  return result;
}

int main(int argc, char** argv) {
  const auto options = parse_options(argc, argv, {.port = 9999});

  sockaddr_in address{};
  address.sin_family = AF_INET;            // IPv4
  address.sin_port = htons(options.port);  // network byte order: the most significant byte first
  if (inet_pton(AF_INET, options.host.c_str(), &address.sin_addr) != 1)
    throw std::invalid_argument("ipv4 " + options.host);

  const int listener = checked(socket(AF_INET, SOCK_STREAM, 0), "socket");
  const int on = 1;  // the port can be taken again at once after us: lesson 09 tells why
  checked(setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), "setsockopt");
  checked(bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address),
          "bind " + options.host + ":" + std::to_string(options.port));
  checked(listen(listener, SOMAXCONN), "listen");

  // Port 0 means "choose one": only the kernel knows which it took.
  socklen_t size = sizeof address;
  checked(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
  say_chosen_port(options, ntohs(address.sin_port));
  say("Serveur en écoute sur le port {}...", ntohs(address.sin_port));

  sockaddr_in peer{};
  size = sizeof peer;  // in: how much room there is; out: how much was written
  const int client = checked(accept(listener, reinterpret_cast<sockaddr*>(&peer), &size), "accept");

  char host[INET_ADDRSTRLEN];
  inet_ntop(AF_INET, &peer.sin_addr, host, sizeof host);
  say("Connexion reçue de ('{}', {})", host, ntohs(peer.sin_port));

  close(client);
  close(listener);
}
