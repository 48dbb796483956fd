// Point:  the server may close first: one message in, one out, and the closing handshake.
// New:    WebSocket::close: it returns once the client has answered the close, or had its time.
// Kept:   the page at the same port, a thread a client, CtrlC.
// Try:    open http://localhost:8765/: the browser shows an alert.

#include <string>

#include "client_threads.hpp"
#include "console.hpp"
#include "drivers/blocking.hpp"
#include "options.hpp"
#include "pages.hpp"

using namespace prise;

void answer_once(net::Stream stream, const drivers::Settings& settings) {
  auto websocket = drivers::WebSocket::accept(std::move(stream), settings);
  const auto message = websocket.receive();
  if (!message) return;
  say("{}", message->bytes);
  const std::string reply = "Message bien reçu";
  websocket.send_text(reply);
  say("{}", reply);
  websocket.close();
}

int main(int argc, char** argv) {
  const auto options = parse_options(argc, argv, {.port = 8765});
  const CtrlC ctrl_c;

  drivers::Settings settings;
  settings.pages["/"] = {"text/html; charset=utf-8", once_page};
  settings.stop_fd = ctrl_c.fd();

  net::Listener listener(net::resolve(options.host, options.port, net::Purpose::listen).front());
  const auto port = listener.address().port();
  say_chosen_port(options, port);
  say("Serveur en écoute sur le port {}...", port);
  serve(listener, ctrl_c, 100,
        [&](net::Stream stream) { answer_once(std::move(stream), settings); });
}
