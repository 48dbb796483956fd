// Mistake: only who says quit is taken off the list.

#include <string>
#include <unordered_map>

#include "console.hpp"
#include "drivers/asio_websocket.hpp"
#include "options.hpp"

using namespace prise;
using namespace drivers::coroutines;

// Ceux qui ont donné leur nom.
using Room = std::unordered_map<WebSocket*, std::string>;

// Ce qu'un message dit, en UTF-8 : un message binaire n'y est pas tenu.
std::string text_of(const drivers::Message& message) {
  const bool text = message.kind == drivers::Kind::text;
  return text ? std::string(message.bytes) : visible_text(message.bytes);
}

// Pas de co_await ici : personne n'entre ni ne sort pendant la boucle. Raccrocher ne retire
// personne non plus : cela réveille la coroutine de celui qui ne lit pas, et c'est elle qui fait le
// reste.
void tell_others(const Room& room, const WebSocket& who, const std::string& text) {
  for (const auto& [websocket, name] : room) {
    if (websocket == &who || websocket->offer_text(text)) continue;
    if (!websocket->is_open()) continue;  // il s'en va déjà
    say("Trop lent : {}", name);
    websocket->hang_up();
  }
}

void announce(const Room& room, const WebSocket& who, const std::string& news) {
  say("{}", news);
  tell_others(room, who, news);
}

asio::awaitable<void> handle_client(Room& room, WebSocket& websocket) {
  const auto first = co_await websocket.receive();
  if (!first) co_return;
  const std::string name = text_of(*first);
  room.emplace(&websocket, name);
  announce(room, websocket, name + " a rejoint le chat");
  while (true) {
    const auto message = co_await websocket.receive();
    if (!message) co_return;
    if (message->bytes == "quit") break;
    tell_others(room, websocket, name + " : " + text_of(*message));
  }
  room.erase(&websocket);
  announce(room, websocket, name + " a quitté le chat");
}

int main(int argc, char** argv) {
  std::size_t queue_kib = 256;
  const auto options =
      parse_options(argc, argv, {.port = 8765},
                    {{"--queue", &queue_kib, "Kio qui peuvent attendre quelqu'un, au plus"}});
  const CtrlC ctrl_c;

  drivers::Settings settings;
  settings.send_queue_bytes_max = queue_kib * 1024;
  settings.timeouts.send =
      std::chrono::milliseconds::max();  // le pilote ne veille plus : c'est à vous
  settings.stop_fd = ctrl_c.fd();

  Room room;
  asio::io_context loop{1};
  Listener listener(loop, net::resolve(options.host, options.port, net::Purpose::listen).front(),
                    settings);
  const auto port = listener.address().port();
  say_chosen_port(options, port);
  say("Serveur en écoute sur le port {}...", port);
  run(loop, serve(listener, [&](WebSocket& websocket) { return handle_client(room, websocket); }));
}
