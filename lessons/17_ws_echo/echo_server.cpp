// Point:  every message comes back as it was; what tests and benchmarks talk to.
// New:    limits and times are Settings; replies leave together (Leave::with_next).
// Kept:   the loop of server.cpp; a thread a client.
// Try:    --no-deflate, --limit 1000, --patience 2; then a client that says nothing.

#include "client_threads.hpp"
#include "console.hpp"
#include "echo_settings.hpp"
#include "options.hpp"

using namespace prise;

int main(int argc, char** argv) {
  EchoOptions echo;
  std::size_t clients_max = 1000;
  const auto options = parse_options(
      argc, argv, {.port = 8765},
      {{"--limit", &echo.message_bytes_max, "Octets d'un message, au plus"},
       {"--no-deflate", &echo.no_deflate, "Refuse la compression (permessage-deflate)"},
       {"--patience", &echo.patience, "Secondes laissées à un client pour chaque étape"},
       {"--clients", &clients_max, "Clients servis à la fois, au plus"}});
  const CtrlC ctrl_c;

  drivers::Settings settings = settings_for(echo);
  settings.stop_fd = ctrl_c.fd();

  net::Listener listener(net::resolve(options.host, options.port, net::Purpose::listen).front());
  const auto port = listener.address().port();
  say_chosen_port(options, port);
  say("Serveur en écoute sur le port {}...", port);
  serve(listener, ctrl_c, clients_max, [&](net::Stream stream) {
    auto websocket = drivers::WebSocket::accept(std::move(stream), settings);
    echo_until_closed(websocket);
  });
}
