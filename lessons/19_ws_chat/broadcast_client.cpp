// Point:  where all hear all, the next message need not be the answer to mine.
// New:    nothing but what it says.
// Kept:   lesson 18's client; the lines of the notes.
// Try:    while others speak: whose message does it show?

#include <string>

#include "console.hpp"
#include "drivers/asio_websocket.hpp"
#include "ending.hpp"
#include "options.hpp"
#include "typed_text.hpp"

using namespace prise;
using drivers::coroutines::run;
using drivers::coroutines::WebSocket;

asio::awaitable<void> communicate(websocket::Url url, const drivers::Settings& settings,
                                  std::string message, int& status) {
  auto websocket = co_await WebSocket::connect(url, settings);
  if (websocket.is_open()) say("Envoi : {}", message);
  co_await websocket.send_text(typed_text(message));
  const auto response = co_await websocket.receive();
  if (!response) {
    status = explain_ending(*websocket.closed());
    co_return;
  }
  say("Réponse du serveur : {}", response->bytes);
  co_await websocket.close();
}

int main(int argc, char** argv) {
  std::string message = "Hello, WebSocket Server!";
  const auto options =
      parse_options(argc, argv, {.port = 8765}, {{"message", &message, "Ce que le client envoie"}});
  websocket::Url url;
  url.host = options.host;
  url.port = options.port;

  int status = 0;
  const drivers::Settings settings;
  asio::io_context loop{1};
  run(loop, communicate(url, settings, message, status));
  return status;
}
