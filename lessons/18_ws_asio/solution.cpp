// Exercice 18 : garder le contact : un ping à qui se tait, et l'oubli pour qui ne répond plus.
//
// Le serveur renvoie déjà chaque message ; un client débranché y resterait pour toujours. L'énoncé
// entier est dans README.md, à la section « Exercice ». Vérifiez avec : ./prise check 18

#include <chrono>

#include "console.hpp"
#include "drivers/asio_websocket.hpp"
#include "options.hpp"

using namespace prise;
using namespace drivers::coroutines;
using Clock = std::chrono::steady_clock;

struct Patience {
  std::chrono::milliseconds idle;    // de silence, avant un ping
  std::chrono::milliseconds answer;  // pour y répondre
};

asio::awaitable<void> echo(WebSocket& websocket) {
  while (const auto message = co_await websocket.receive()) {
    if (message->kind == drivers::Kind::text)
      co_await websocket.send_text(message->bytes);
    else
      co_await websocket.send_binary(message->bytes);
  }
}

//[solution]
// Se termine quand le client est mort : il a raccroché pour lui.
asio::awaitable<void> keep_alive(WebSocket& websocket, Patience patience) {
  while (true) {
    const auto ping_at = websocket.last_heard() + patience.idle;
    if (Clock::now() < ping_at) {  // il a peut-être parlé depuis que l'on dort
      co_await sleep_until(ping_at);
      continue;
    }
    const auto asked = Clock::now();
    say("Ping : {}", websocket.peer());
    co_await websocket.send_ping();
    co_await sleep_until(asked + patience.answer);
    if (websocket.last_heard() < asked) {
      say("Client mort : {}", websocket.peer());
      websocket.hang_up();
      co_return;
    }
  }
}

asio::awaitable<void> handle_client(WebSocket& websocket, Patience patience) {
  say("Nouveau client : {}", websocket.peer());
  co_await first_of(echo(websocket), keep_alive(websocket, patience));
  say("Fin : {}", websocket.peer());
}
//[starter]
//|// TODO 1. Une boucle sans fin. Le ping est dû à websocket.last_heard() + patience.idle. Tant que
//|//         ce n'est pas l'heure : co_await sleep_until(…), puis regardez de nouveau, car le client
//|//         a pu parler pendant que vous dormiez.
//|// TODO 2. À l'heure : notez l'instant, say("Ping : {}", websocket.peer()), puis
//|//         co_await websocket.send_ping().
//|// TODO 3. Laissez-lui patience.answer. Si rien n'est venu depuis l'instant noté :
//|//         say("Client mort : {}", websocket.peer()), websocket.hang_up(), et co_return.
//|asio::awaitable<void> keep_alive([[maybe_unused]] WebSocket& websocket,
//|                                 [[maybe_unused]] Patience patience) {
//|  co_return;
//|}
//|
//|// TODO 4. Lancez echo et keep_alive ensemble : le client parti, personne ne doit plus veiller sur
//|//         lui ; le client mort, personne ne doit plus l'attendre. Laquelle, de gather ou de
//|//         first_of ?
//|asio::awaitable<void> handle_client(WebSocket& websocket, [[maybe_unused]] Patience patience) {
//|  say("Nouveau client : {}", websocket.peer());
//|  co_await echo(websocket);
//|  say("Fin : {}", websocket.peer());
//|}
//[end]

int main(int argc, char** argv) {
  double idle = 20;
  double answer = 10;
  const auto options =
      parse_options(argc, argv, {.port = 8765},
                    {{"--idle", &idle, "Secondes de silence avant un ping"},
                     {"--answer", &answer, "Secondes laissées au client pour y répondre"}});
  const auto milliseconds = [](double seconds) {
    return std::chrono::ceil<std::chrono::milliseconds>(std::chrono::duration<double>(seconds));
  };
  const Patience patience{milliseconds(idle), milliseconds(answer)};
  const CtrlC ctrl_c;

  drivers::Settings settings;
  settings.timeouts.idle =
      std::chrono::milliseconds::max();  // le pilote ne veille plus : c'est à vous
  settings.stop_fd = ctrl_c.fd();

  asio::io_context loop{1};
  Listener listener(loop, net::resolve(options.host, options.port, net::Purpose::listen).front(),
                    settings);
  const auto port = listener.address().port();
  say_chosen_port(options, port);
  say("Serveur en écoute sur le port {}...", port);
  run(loop, serve(listener,
                  [patience](WebSocket& websocket) { return handle_client(websocket, patience); }));
}
