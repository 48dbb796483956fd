// Point:  the loop `async for message in websocket`, and what the driver does meanwhile.
// New:    drivers::WebSocket: handshake, frames, pings and the close, moved over a TCP stream.
// Kept:   lesson 15's handshake, lesson 16's frames, a thread a client (lesson 11), CtrlC.
// Try:    ./prise run 17 server, then open http://localhost:8765/ in a browser.

#include <string>

#include "client_threads.hpp"
#include "console.hpp"
#include "drivers/blocking.hpp"
#include "options.hpp"
#include "pages.hpp"

using namespace prise;

void echo(net::Stream stream, const drivers::Settings& settings) {
  auto websocket = drivers::WebSocket::accept(std::move(stream), settings);
  if (!websocket.is_open()) return;  // it wanted the page, or was refused
  say("Nouvelle connexion : {}", websocket.peer());
  while (const auto message = websocket.receive()) {
    say("Reçu : {}", message->bytes);
    // What is sent as text must be UTF-8, and the bytes of a binary message need not be.
    const bool text = message->kind == drivers::Kind::text;
    websocket.send_text("Echo : " +
                        (text ? std::string(message->bytes) : visible_text(message->bytes)));
  }
  say("Connexion fermée : {}", websocket.peer());
}

int main(int argc, char** argv) {
  const auto options = parse_options(argc, argv, {.port = 8765});
  const CtrlC ctrl_c;

  drivers::Settings settings;
  settings.pages["/"] = {"text/html; charset=utf-8", echo_page};
  settings.stop_fd = ctrl_c.fd();  // Ctrl-C: every client is told 1001, "going away"

  net::Listener listener(net::resolve(options.host, options.port, net::Purpose::listen).front());
  const auto port = listener.address().port();
  say_chosen_port(options, port);
  say("Serveur WebSocket en écoute sur ws://{}:{}", shown_host(options.host), port);
  serve(listener, ctrl_c, 100, [&](net::Stream stream) { echo(std::move(stream), settings); });
}
