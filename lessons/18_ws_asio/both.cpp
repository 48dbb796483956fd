// Point:  sending AND receiving, at the same time, over one WebSocket, without a second thread.
// New:    gather: two coroutines run by turns, until both have ended, as asyncio.gather.
// Kept:   server.cpp's main; the loops of loops.hpp, that producer and consumer run one by one.
// Try:    --interval 0, and a consumer that is stopped with Ctrl-Z: see what the server does.

#include <limits>

#include "loops.hpp"
#include "options.hpp"

using namespace prise;
using drivers::coroutines::gather;
using drivers::coroutines::Listener;
using drivers::coroutines::run;
using drivers::coroutines::WebSocket;

asio::awaitable<void> send_and_receive(WebSocket& websocket, Pace pace) {
  say("Client {}, chemin {}, ouvert : {}", websocket.peer(), websocket.path(),
      yes_or_no(websocket.is_open()));
  co_await gather(consume(websocket, std::numeric_limits<std::size_t>::max()),
                  produce(websocket, pace));
  say("Client {}, ouvert : {}", websocket.peer(), yes_or_no(websocket.is_open()));
}

int main(int argc, char** argv) {
  Pace pace{.count = 1000};
  const auto options =
      parse_options(argc, argv, {.port = 8765},
                    {{"--count", &pace.count, "Messages envoyés à chaque client, au plus"},
                     {"--interval", &pace.interval, "Secondes entre deux messages"}});
  const CtrlC ctrl_c;

  drivers::Settings settings;
  settings.stop_fd = ctrl_c.fd();

  asio::io_context loop{1};
  Listener listener(loop, net::resolve(options.host, options.port, net::Purpose::listen).front(),
                    settings);
  const auto port = listener.address().port();
  say_chosen_port(options, port);
  say("Serveur en écoute sur le port {}...", port);
  run(loop, serve(listener, [pace](WebSocket& websocket) {
        return send_and_receive(websocket, pace);  // no coroutine: its captures need not live on
      }));
}
