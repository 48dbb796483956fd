// Mistake: asks the dead to close: a Close frame, and a wait for its answer.

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
      co_await websocket.close();
      co_return;
    }
  }
}

asio::awaitable<void> handle_client(WebSocket& websocket, Patience patience) {
  say("Nouveau client : {}", websocket.peer());
  co_await first_of(echo(websocket), keep_alive(websocket, patience));
  say("Fin : {}", websocket.peer());
}

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
