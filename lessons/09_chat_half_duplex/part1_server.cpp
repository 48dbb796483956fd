// Point:  before two people can talk, one has to wait for the other.
// New:    nothing; this is the ground on which server.cpp builds the chat.
// Kept:   Listener, which is lesson 01's socket, setsockopt, bind and listen.
// Try:    start a second client at once: who answers it?

#include "console.hpp"
#include "net/stream.hpp"
#include "options.hpp"

using namespace prise;

int main(int argc, char** argv) {
  const auto options = parse_options(argc, argv, {.port = 9999});

  net::Listener listener(net::resolve(options.host, options.port, net::Purpose::listen).front());
  say_chosen_port(options, listener.address().port());
  say("Serveur de chat démarré. En attente d'un client...");

  const net::Stream client = listener.accept();
  say("Client connecté : {}", client.peer());
  say("Chat prêt ! Tapez vos messages (tapez 'quit' pour quitter).");
  say("");
}
