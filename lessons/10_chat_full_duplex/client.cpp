// Point:  the same conversation from the other end: once connected, both sides are equals.
// New:    nothing but what it says; see server.cpp and conversation.hpp.
// Kept:   Stream::connect; the two threads.
// Try:    kill -9 the server while you are in the middle of a word.

#include <thread>

#include "console.hpp"
#include "conversation.hpp"
#include "net/stream.hpp"
#include "options.hpp"

using namespace prise;

// The thread that receives.
void receive_messages(net::Stream& server, End& end) {
  while (true) {
    const std::string message = receive_message(server);
    if (end.called()) return;  // we left: nobody's voice, only our own shutdown
    if (message.empty() || is_quit(message)) {
      say("\nLe serveur a quitté le chat.");
      return end.call();
    }
    say("\nServeur : {}", message);
  }
}

int main(int argc, char** argv) {
  const auto options = parse_options(argc, argv, {.port = 9999});

  net::Stream server = net::Stream::connect(net::resolve(options.host, options.port).front());
  const CtrlC ctrl_c;  // before any thread
  say("Connecté au serveur de chat v2 !");
  say("Chat prêt ! (tapez 'quit' pour quitter)\n");

  End end(server);
  std::jthread receiver([&] { receive_messages(server, end); });
  send_messages(server, end);  // in the thread that we are already
  receiver.join();             // only now may the socket be closed: nobody uses it any more
  say("Chat terminé.");
}
