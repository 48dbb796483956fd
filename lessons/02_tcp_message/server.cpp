// Point:  a socket carries bytes, not strings; recv gives those that have arrived so far.
// New:    recv: its buffer, what it returns; 0 is the end of the stream.
// Kept:   lesson 01's socket, bind, listen and accept, now inside net::Listener and net::Stream.
// Try:    send it bytes that are no text: printf 'caf\xe9' | nc -N 127.0.0.1 9999

#include <sys/socket.h>

#include <array>
#include <string_view>

#include "console.hpp"
#include "net/error.hpp"
#include "net/stream.hpp"
#include "options.hpp"

using namespace prise;

int main(int argc, char** argv) {
  const auto options = parse_options(argc, argv, {.port = 9999});

  net::Listener listener(net::Address::ipv4(options.host, options.port));
  const auto port = listener.address().port();
  say_chosen_port(options, port);
  say("Serveur en écoute sur le port {}...", port);

  const net::Stream client = listener.accept();
  say("Connexion de {}", client.peer());

  // 1024 is all there is room for, not what will come: recv returns as soon as it has one byte.
  std::array<char, 1024> buffer;
  const ssize_t count = recv(client.fd(), buffer.data(), buffer.size(), 0);
  if (count == -1) net::throw_system_error("recv");

  // No '\0' ends the bytes of the network: their number alone says where they stop.
  const std::string_view message(buffer.data(), static_cast<std::size_t>(count));
  say("Message reçu : {}", message);
}
