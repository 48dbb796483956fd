// Mistake: waits for each receiver in turn.

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

asio::awaitable<void> tell_others(const Room& room, const WebSocket& who, std::string text) {
  const Room receivers = room;
  for (const auto& [websocket, name] : receivers)
    if (websocket != &who && room.contains(websocket)) co_await websocket->send_text(text);
}

asio::awaitable<void> handle_client(Room& room, WebSocket& websocket) {
  const auto first = co_await websocket.receive();
  if (!first) co_return;
  const std::string name = text_of(*first);
  room.emplace(&websocket, name);
  say("{} a rejoint le chat", name);
  co_await tell_others(room, websocket, name + " a rejoint le chat");
  while (const auto message = co_await websocket.receive())
    co_await tell_others(room, websocket, name + " : " + text_of(*message));
  room.erase(&websocket);
  say("{} a quitté le chat", name);
  co_await tell_others(room, websocket, name + " a quitté le chat");
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
