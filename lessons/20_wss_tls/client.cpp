// Point:  a client must know to whom it speaks before it says a word: it verifies the certificate.
// New:    wss://, the authorities that the client believes, and the host name, which must be there.
// Kept:   lesson 18's client and its lines.
// Try:    --ca system, which knows nothing of our authority; --host 127.0.0.2; --plain.

#include <string>
#include <vector>

#include "console.hpp"
#include "drivers/asio_websocket.hpp"
#include "ending.hpp"
#include "options.hpp"

using namespace prise;
using drivers::coroutines::run;
using drivers::coroutines::WebSocket;

struct Conversation {
  std::string url;
  std::vector<std::string> texts{"Bonjour !", "Comment ça va ?"};
  int status = 0;
};

asio::awaitable<void> talk(Conversation& conversation, const drivers::Settings& settings) {
  auto websocket = co_await WebSocket::connect(conversation.url, settings);
  for (const std::string& text : conversation.texts) {
    co_await websocket.send_text(text);
    const auto reply = co_await websocket.receive();
    if (!reply) {
      conversation.status = explain_ending(conversation.url, *websocket.closed());
      co_return;
    }
    say("Réponse : {}", reply->bytes);
  }
  co_await websocket.close();
}

int main(int argc, char** argv) {
  Conversation conversation;
  std::string authorities = PRISE_CERTIFICATES "/ca.pem";  // see CMakeLists.txt
  bool plain = false;
  const auto options = parse_options(
      argc, argv,
      {.port = 8765, .host = "localhost", .names = Names::as_typed},  // the name is verified
      {{"--ca", &authorities, "Qui croire : un fichier PEM, ou system (les autorités du système)"},
       {"--plain", &plain, "Parle en clair, ws:// : pour voir"},
       {"texts", &conversation.texts, "Ce que le client envoie"}});
  const bool v6 = options.host.find(':') != std::string::npos;
  conversation.url = (plain ? "ws://" : "wss://") + (v6 ? '[' + options.host + ']' : options.host) +
                     ':' + std::to_string(options.port);

  drivers::Settings settings;
  if (authorities != "system") settings.tls.ca_file = authorities;
  asio::io_context loop{1};
  run(loop, talk(conversation, settings));
  return conversation.status;
}
