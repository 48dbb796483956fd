// Point:  the end of the stream is what tells the other side "that was all".
// New:    shutdown(SHUT_WR), the half-close: no more sending, still receiving.
// Kept:   send and recv in loops, net::Stream.
// Try:    take the shutdown away: both sides then wait for each other, for ever.

#include <sys/socket.h>

#include <array>
#include <string>

#include "console.hpp"
#include "net/error.hpp"
#include "net/stream.hpp"
#include "options.hpp"

using namespace prise;

void send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count == -1) net::throw_system_error("send");
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

// What comes until the end of the stream; a little more than bytes_max is enough to know that it
// is too much.
std::string receive_until_end(int fd, std::size_t bytes_max) {
  std::string all;
  std::array<char, 4096> buffer;
  while (all.size() <= bytes_max) {
    const ssize_t count = recv(fd, buffer.data(), buffer.size(), 0);
    if (count == -1) net::throw_system_error("recv");
    if (count == 0) break;
    all.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return all;
}

int main(int argc, char** argv) {
  std::string text = "L'été, l'écho répète : ça alors !";
  const auto options =
      parse_options(argc, argv, {.port = 9999}, {{"text", &text, "Le texte à envoyer"}});

  const net::Stream server = net::Stream::connect(net::Address::ipv4(options.host, options.port));
  // All is sent before anything is read: fine for an argument, which the kernels can hold for us.
  send_all(server.fd(), text);
  net::checked(shutdown(server.fd(), SHUT_WR), "shutdown");

  const std::string reply = receive_until_end(server.fd(), text.size());
  say("Réponse du serveur : {}", reply);
  if (reply == text) return 0;
  warn("Erreur : ce n'est pas un écho. Octets envoyés : {}, reçus : {}.", text.size(),
       reply.size());
  return 1;
}
