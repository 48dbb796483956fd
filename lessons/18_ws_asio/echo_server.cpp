// Point:  every message comes back as it was; what tests and benchmarks talk to.
// New:    replies leave together (Leave::with_next); connections share their buffers.
// Kept:   lesson 17's echo_server and its options, in one thread; server.cpp's main.
// Try:    --no-deflate, --limit 1000, --patience 2; then a client that says nothing.

#include <chrono>

#include "console.hpp"
#include "drivers/asio_websocket.hpp"
#include "options.hpp"

using namespace prise;
using drivers::Leave;
using drivers::coroutines::Listener;
using drivers::coroutines::run;
using drivers::coroutines::WebSocket;

asio::awaitable<void> echo(WebSocket& websocket) {
  while (const auto message = co_await websocket.receive()) {
    if (message->kind == drivers::Kind::text)
      co_await websocket.send_text(message->bytes, Leave::with_next);
    else
      co_await websocket.send_binary(message->bytes, Leave::with_next);
  }
}

int main(int argc, char** argv) {
  std::size_t message_bytes_max = 16 << 20;
  bool no_deflate = false;
  double seconds = 10;
  std::size_t clients_max = 10'000;
  const auto options =
      parse_options(argc, argv, {.port = 8765},
                    {{"--limit", &message_bytes_max, "Octets d'un message, au plus"},
                     {"--no-deflate", &no_deflate, "Refuse la compression (permessage-deflate)"},
                     {"--patience", &seconds, "Secondes laissées à un client pour chaque étape"},
                     {"--clients", &clients_max, "Clients servis à la fois, au plus"}});
  const CtrlC ctrl_c;

  websocket::BufferPool buffers;
  drivers::Settings settings;
  settings.websocket.buffers = &buffers;
  settings.websocket.message_bytes_max = message_bytes_max;
  if (!no_deflate) settings.websocket.deflate.emplace();
  const auto patience =
      std::chrono::ceil<std::chrono::milliseconds>(std::chrono::duration<double>(seconds));
  settings.timeouts = {
      .handshake = patience, .idle = 6 * patience, .send = patience, .close = patience};
  settings.stop_fd = ctrl_c.fd();

  asio::io_context loop{1};
  Listener listener(loop, net::resolve(options.host, options.port, net::Purpose::listen).front(),
                    settings);
  const auto port = listener.address().port();
  say_chosen_port(options, port);
  say("Serveur en écoute sur le port {}...", port);
  run(loop, serve(listener, echo, clients_max));
}
