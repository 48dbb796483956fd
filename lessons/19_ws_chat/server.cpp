// Point:  one speaks, and all the others hear: a server that knows who is there.
// New:    the set of the clients; one frame built for all; offer, which waits for nobody.
// Kept:   lesson 18's coroutines; lesson 12's room, without its lock; the page at the same port.
// Try:    http://localhost:8765/ in two windows, and ./prise run 19 client in two terminals.

#include <set>

#include "console.hpp"
#include "drivers/asio_websocket.hpp"
#include "options.hpp"
#include "pages.hpp"

using namespace prise;
using drivers::coroutines::Listener;
using drivers::coroutines::run;
using drivers::coroutines::WebSocket;
using websocket::PreparedFrame;

using Clients = std::set<WebSocket*>;

// In the set for as long as it lives, however the conversation ends: Python's try … finally.
class Presence {
public:
  Presence(Clients& clients, WebSocket& websocket) : clients_{clients}, websocket_{websocket} {
    clients_.insert(&websocket_);
    say("Connexion : {} — {} client(s) connecté(s)", websocket_.peer(), clients_.size());
  }
  ~Presence() {
    clients_.erase(&websocket_);
    say("Déconnexion : {} — {} client(s) restant(s)", websocket_.peer(), clients_.size());
  }
  Presence(const Presence&) = delete;
  Presence& operator=(const Presence&) = delete;

private:
  Clients& clients_;
  WebSocket& websocket_;
};

// There is no co_await in this loop, so nobody comes or goes before its end. Who does not read has
// a queue that is full: it refuses the message, which this one client misses.
void send_to_others(const Clients& clients, const WebSocket& sender,
                    const drivers::Message& message) {
  const bool text = message.kind == drivers::Kind::text;
  const auto frame = text ? PreparedFrame::text(message.bytes)
                          : PreparedFrame::binary(websocket::bytes_of(message.bytes));
  for (WebSocket* client : clients)
    if (client != &sender) client->offer_prepared(frame);
}

asio::awaitable<void> handle_client(Clients& clients, WebSocket& websocket) {
  const Presence presence{clients, websocket};
  while (const auto message = co_await websocket.receive()) {
    say("Message de {} : {}", websocket.peer(), message->bytes);
    send_to_others(clients, websocket, *message);
  }
}

int main(int argc, char** argv) {
  const auto options = parse_options(argc, argv, {.port = 8765});
  const CtrlC ctrl_c;

  drivers::Settings settings;
  settings.pages["/"] = {"text/html; charset=utf-8", chat_page};
  settings.stop_fd = ctrl_c.fd();  // Ctrl-C: every client is told 1001, "going away"

  Clients clients;  // outlives the loop, whose coroutines refer to it
  asio::io_context loop{1};
  Listener listener(loop, net::resolve(options.host, options.port, net::Purpose::listen).front(),
                    settings);
  const auto port = listener.address().port();
  say_chosen_port(options, port);
  say("Serveur de chat sur ws://{}:{}", shown_host(options.host), port);
  run(loop,
      serve(listener, [&](WebSocket& websocket) { return handle_client(clients, websocket); }));
}
