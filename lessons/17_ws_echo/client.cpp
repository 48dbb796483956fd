// Point:  a WebSocket is as simple to use as a socket: connect, send, receive, close.
// New:    messages that arrive whole; a close that says why.
// Kept:   the texts of the notes; the server is tried at each of its addresses (lesson 04).
// Try:    ./prise run 17 client "L'été" "🙂"; ./prise run 17 client without a server.

#include <string>
#include <vector>

#include "console.hpp"
#include "drivers/blocking.hpp"
#include "ending.hpp"
#include "options.hpp"

using namespace prise;

int main(int argc, char** argv) {
  std::vector<std::string> texts{"Bonjour !", "Comment ça va ?"};
  const auto options =
      parse_options(argc, argv, {.port = 8765}, {{"texts", &texts, "Ce que le client envoie"}});

  const drivers::Settings settings;
  auto websocket =
      drivers::WebSocket::connect({.host = options.host, .port = options.port}, settings);
  for (const std::string& text : texts) {
    websocket.send_text(text);
    const auto reply = websocket.receive();
    if (!reply) return explain_ending(*websocket.closed());
    say("Réponse : {}", reply->bytes);
  }
  websocket.close();
}
