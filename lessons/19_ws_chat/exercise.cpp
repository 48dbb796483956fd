// Exercice 19 : qui est là ? Des noms, des annonces, et personne de lent qui retienne les autres.
//
// L'énoncé entier est dans README.md, à la section « Exercice ». Vérifiez avec : ./prise check 19

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

// TODO 1. À tous ceux de room, sauf à who, par offer_text, qui n'attend personne. Si offer_text
//         rend false alors que is_open() est vrai, la file de celui-là est pleine :
//         say("Trop lent : {}", name), et hang_up(). Ne le retirez pas de room ici.
void tell_others([[maybe_unused]] const Room& room, [[maybe_unused]] const WebSocket& who,
                 [[maybe_unused]] const std::string& text) {}

// TODO 2. Le premier message est son nom : text_of(*first), que l'on garde dans room. S'il part
//         avant de l'avoir donné, c'est comme s'il n'était jamais venu.
// TODO 3. Annoncez-le : say("{} a rejoint le chat", name), et le même texte aux autres.
// TODO 4. Ce qu'il dit, les autres l'entendent : name + " : " + text_of(*message).
// TODO 5. Il s'en va, d'une façon ou d'une autre : retirez-le de room d'abord, puis annoncez
//         « … a quitté le chat », à l'écran et aux autres. Un destructeur n'oublie jamais.
asio::awaitable<void> handle_client([[maybe_unused]] Room& room, WebSocket& websocket) {
  while (const auto message = co_await websocket.receive())
    tell_others(room, websocket, text_of(*message));
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
