// Point:  many clients, one thread: each coroutine is written as if its client were alone.
// New:    asio::awaitable, co_await, and the loop (io_context) that goes from one to another.
// Kept:   lesson 17's loop of messages and its lines; what lesson 13 did by hand, asio does.
// Try:    three clients at once, one of them nc localhost 8765, which says nothing for long.

#include <string>

#include "console.hpp"
#include "drivers/asio_websocket.hpp"
#include "options.hpp"

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
  const auto options = parse_options(argc, argv, {.port = 8765});
  const CtrlC ctrl_c;

  drivers::Settings settings;
  settings.stop_fd = ctrl_c.fd();  // Ctrl-C: every client is told 1001, "going away"

  asio::io_context loop{1};  // 1: one thread runs it
  Listener listener(loop, net::resolve(options.host, options.port, net::Purpose::listen).front(),
                    settings);
  const auto port = listener.address().port();
  say_chosen_port(options, port);
  const std::string host = options.host == "127.0.0.1" ? "localhost" : options.host;
  say("Serveur WebSocket en écoute sur ws://{}:{}", host, port);
  run(loop, serve(listener, handle_client));
}
