// Point:  a conversation in turns (half-duplex): listen, answer, and again. Who waits cannot speak.
// New:    turns; a word that ends the chat; SO_REUSEADDR, and what --no-reuse costs.
// Kept:   Listener and Stream, from lessons 01 to 07. The turns themselves are in turns.hpp.
// Try:    let the server quit, then start it again with --no-reuse, within a minute.

#include "console.hpp"
#include "net/stream.hpp"
#include "options.hpp"
#include "turns.hpp"

using namespace prise;

int main(int argc, char** argv) {
  bool no_reuse = false;
  const auto options =
      parse_options(argc, argv, {.port = 9999}, {{"--no-reuse", &no_reuse, "Sans SO_REUSEADDR"}});
  const CtrlC ctrl_c;

  // Who closes a connection first keeps its port in TIME_WAIT for a minute, in case late bytes
  // still arrive (RFC 9293 §3.6.1). Without SO_REUSEADDR, bind refuses a port with such a memory.
  const auto reuse = no_reuse ? net::ReuseAddress::no : net::ReuseAddress::yes;
  const auto address = net::resolve(options.host, options.port, net::Purpose::listen).front();
  net::Listener listener(address, reuse, 1);
  say_chosen_port(options, listener.address().port());
  say("Serveur de chat démarré. En attente d'un client...");
  if (!wait_until_readable(listener.fd(), ctrl_c)) {
    say("Chat terminé.");
    return 0;
  }

  net::Stream client = listener.accept();
  say("Client connecté : {}", client.peer());
  say("Chat prêt ! (tapez 'quit' pour quitter)");
  say("");

  std::string message;
  Turn turn = Turn::taken;
  while (turn == Turn::taken) {
    turn = listen_to(client, ctrl_c, message);
    if (turn != Turn::taken) break;
    say("Client : {}", message);
    turn = speak(client);
  }
  if (turn == Turn::peer_left) say("Le client a quitté le chat.");
  say("Chat terminé.");
}
