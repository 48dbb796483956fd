// Point:  the client's side of part1_server.cpp: connect, and say so.
// New:    nothing; client.cpp adds the conversation.
// Kept:   Stream::connect, which is lesson 01's socket and connect.
// Try:    start it twice, then look at `ss -tan` while the server waits.

#include "console.hpp"
#include "net/stream.hpp"
#include "options.hpp"

using namespace prise;

int main(int argc, char** argv) {
  const auto options = parse_options(argc, argv, {.port = 9999});

  const net::Stream server = net::Stream::connect(net::resolve(options.host, options.port).front());
  say("Connecté au serveur de chat !");
  say("Chat prêt ! Tapez vos messages (tapez 'quit' pour quitter).");
  say("");
}
