// Point:  ask, then wait for the answer: the rhythm of HTTP and of most protocols.
// New:    the client reads too.
// Kept:   net::Stream, one send, one recv (lesson 02).
// Try:    against lesson 02's server, which never answers.

#include <span>
#include <string>

#include "console.hpp"
#include "net/stream.hpp"
#include "options.hpp"

using namespace prise;

int main(int argc, char** argv) {
  std::string text = "Salut le serveur !";
  const auto options =
      parse_options(argc, argv, {.port = 9999}, {{"text", &text, "Le message à envoyer"}});

  net::Stream server = net::Stream::connect(net::Address::ipv4(options.host, options.port));
  server.send_some(std::as_bytes(std::span(text)));
  say("Réponse du serveur : {}", server.receive_some(1024));
}
