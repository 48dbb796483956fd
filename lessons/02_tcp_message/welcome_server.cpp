// Point:  once connected, either side may speak first: here the server does.
// New:    nothing; the same send as client.cpp's, from the other side.
// Kept:   net::Listener, send.
// Try:    read it without our client: nc 127.0.0.1 12345

#include <sys/socket.h>

#include <string_view>

#include "console.hpp"
#include "net/error.hpp"
#include "net/stream.hpp"
#include "options.hpp"

using namespace prise;

int main(int argc, char** argv) {
  const auto options = parse_options(argc, argv, {.port = 12345});

  net::Listener listener(net::Address::ipv4(options.host, options.port));
  say_chosen_port(options, listener.address().port());
  say("Serveur en attente d'une connexion...");

  const net::Stream client = listener.accept();
  say("Connexion établie avec {}", client.peer());

  constexpr std::string_view welcome = "Bienvenue sur le serveur !";
  if (send(client.fd(), welcome.data(), welcome.size(), MSG_NOSIGNAL) == -1)
    net::throw_system_error("send");
}
