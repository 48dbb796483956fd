// Point:  the other half of the turns: the client speaks first, then listens.
// New:    only the order. Two programs that both began by listening would wait for ever.
// Kept:   the turns, from turns.hpp, as in server.cpp.
// Try:    press Enter on an empty line; kill -9 the server while you type.

#include "console.hpp"
#include "net/stream.hpp"
#include "options.hpp"
#include "turns.hpp"

using namespace prise;

int main(int argc, char** argv) {
  const auto options = parse_options(argc, argv, {.port = 9999});

  net::Stream server = net::Stream::connect(net::resolve(options.host, options.port).front());
  const CtrlC ctrl_c;
  say("Connecté au serveur de chat !");
  say("Chat prêt ! (tapez 'quit' pour quitter)");
  say("");

  std::string message;
  Turn turn = Turn::taken;
  while (turn == Turn::taken) {
    turn = speak(server);
    if (turn != Turn::taken) break;
    turn = listen_to(server, ctrl_c, message);
    if (turn == Turn::taken) say("Serveur : {}", message);
  }
  if (turn == Turn::peer_left) say("Le serveur a quitté le chat.");
  say("Chat terminé.");
}
