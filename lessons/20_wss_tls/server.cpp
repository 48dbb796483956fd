// Point:  TLS is a layer between TCP and WebSocket: below it everything is encrypted, above it
//         nothing changes.
// New:    a certificate, which says who this server is, and the private key that proves it.
// Kept:   lesson 18's server, its lines and its coroutines, and lesson 17's page.
// Try:    ./prise run 20 client; then https://localhost:8765/ in a browser, which believes us not.

#include <string>

#include "console.hpp"
#include "drivers/asio_websocket.hpp"
#include "options.hpp"
#include "page.hpp"

using namespace prise;
using drivers::coroutines::Listener;
using drivers::coroutines::run;
using drivers::coroutines::WebSocket;

std::string echo_of(const drivers::Message& message) {
  // What is sent as text must be UTF-8, and the bytes of a binary message need not be.
  const bool text = message.kind == drivers::Kind::text;
  return "Echo : " + (text ? std::string(message.bytes) : visible_text(message.bytes));
}

asio::awaitable<void> handle_client(WebSocket& websocket) {
  say("Nouvelle connexion : {}", websocket.peer());
  while (const auto message = co_await websocket.receive()) {
    say("Reçu : {}", message->bytes);
    co_await websocket.send_text(echo_of(*message));
  }
  say("Connexion fermée : {}", websocket.peer());
}

int main(int argc, char** argv) {
  drivers::Settings settings;
  settings.tls.certificate_file = PRISE_CERTIFICATES "/serveur.pem";  // see CMakeLists.txt
  settings.tls.key_file = PRISE_CERTIFICATES "/serveur.key";
  const auto options = parse_options(
      argc, argv, {.port = 8765},
      {{"--certificate", &settings.tls.certificate_file, "Le certificat du serveur, en PEM"},
       {"--key", &settings.tls.key_file, "Sa clé privée, en PEM"}});
  const CtrlC ctrl_c;
  settings.pages["/"] = {"text/html; charset=utf-8", echo_page};
  settings.stop_fd = ctrl_c.fd();

  asio::io_context loop{1};
  Listener listener(loop, net::resolve(options.host, options.port, net::Purpose::listen).front(),
                    settings);
  const auto port = listener.address().port();
  say_chosen_port(options, port);
  const std::string host = options.host == "127.0.0.1" ? "localhost" : options.host;
  say("Serveur WebSocket en écoute sur wss://{}:{}", host, port);
  run(loop, serve(listener, handle_client));
}
