// Point:  speaking and listening at the same time (full-duplex) takes two threads, one for each.
// New:    a thread; how to wake one that sleeps in recv, or at the keyboard, so that both end.
// Kept:   Listener and Stream; quit, Ctrl-D and Ctrl-C from lesson 09.
// Try:    type while messages arrive; then in conversation.hpp call close instead of shutdown.

#include <thread>

#include "console.hpp"
#include "conversation.hpp"
#include "net/stream.hpp"
#include "options.hpp"

using namespace prise;

// The thread that receives.
void receive_messages(net::Stream& client, End& end) {
  while (true) {
    const std::string message = receive_message(client);
    if (end.called()) return;  // we left: nobody's voice, only our own shutdown
    if (message.empty() || is_quit(message)) {
      say("\nLe client s'est déconnecté.");
      return end.call();
    }
    say("\nClient : {}", message);
  }
}

int main(int argc, char** argv) {
  const auto options = parse_options(argc, argv, {.port = 9999});
  const CtrlC ctrl_c;  // before any thread

  const auto address = net::resolve(options.host, options.port, net::Purpose::listen).front();
  net::Listener listener(address, net::ReuseAddress::yes, 1);
  say_chosen_port(options, listener.address().port());
  say("Serveur de chat v2 démarré. En attente d'un client...");
  if (!ctrl_c.wait_until_readable(listener.fd())) {
    say("Chat terminé.");
    return 0;
  }

  net::Stream client = listener.accept();
  say("Client connecté : {}", client.peer());
  say("Chat prêt ! (tapez 'quit' pour quitter)\n");

  End end(client);
  std::jthread receiver([&] { receive_messages(client, end); });
  send_messages(client, end);  // in the thread that we are already
  receiver.join();             // only now may the socket be closed: nobody uses it any more
  say("Chat terminé.");
}
