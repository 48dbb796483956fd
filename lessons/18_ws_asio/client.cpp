// Point:  a client is a coroutine too: connect, send and receive are awaited.
// New:    a coroutine that the loop runs to its end, as asyncio.run(main()) does.
// Kept:   lesson 17's client and its lines.
// Try:    ./prise run 18 client "L'été" "🙂"; ./prise run 18 client without a server.

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
  websocket::Url url;
  std::vector<std::string> texts{"Bonjour !", "Comment ça va ?"};
  int status = 0;
};

asio::awaitable<void> talk(Conversation& conversation, const drivers::Settings& settings) {
  auto websocket = co_await WebSocket::connect(conversation.url, settings);
  for (const std::string& text : conversation.texts) {
    co_await websocket.send_text(text);
    const auto reply = co_await websocket.receive();
    if (!reply) {
      conversation.status = explain_ending(*websocket.closed());
      co_return;
    }
    say("Réponse : {}", reply->bytes);
  }
  co_await websocket.close();
}

int main(int argc, char** argv) {
  Conversation conversation;
  const auto options = parse_options(argc, argv, {.port = 8765},
                                     {{"texts", &conversation.texts, "Ce que le client envoie"}});
  conversation.url.host = options.host;
  conversation.url.port = options.port;

  const drivers::Settings settings;
  asio::io_context loop{1};
  run(loop, talk(conversation, settings));
  return conversation.status;
}
