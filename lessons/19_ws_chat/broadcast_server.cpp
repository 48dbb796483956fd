// Point:  to all, the sender too; and what it costs to wait for each receiver in turn.
// New:    a copy of the set, since others come and go while we wait.
// Kept:   server.cpp's set and its main; the page of the notes, at the same port.
// Try:    http://localhost:8765/; then a client that does not read (see the guide).

#include <set>
#include <string>

#include "console.hpp"
#include "drivers/asio_websocket.hpp"
#include "options.hpp"
#include "pages.hpp"

using namespace prise;
using drivers::coroutines::Listener;
using drivers::coroutines::run;
using drivers::coroutines::WebSocket;

using Clients = std::set<WebSocket*>;

// Until co_await returns, anybody may come or go. Who has gone is not in the set any more, and its
// pointer leads nowhere: it must be looked up before each use.
asio::awaitable<void> broadcast(const Clients& clients, std::string text) {
  const Clients receivers = clients;
  for (WebSocket* client : receivers)
    if (clients.contains(client)) co_await client->send_text(text);
}

std::string news_of(const drivers::Message& message) {
  // What is sent as text must be UTF-8, and the bytes of a binary message need not be.
  const bool text = message.kind == drivers::Kind::text;
  return "Message d'un client : " +
         (text ? std::string(message.bytes) : visible_text(message.bytes));
}

asio::awaitable<void> handle_client(Clients& clients, WebSocket& websocket) {
  struct Finally {
    Clients& clients;
    WebSocket& websocket;
    ~Finally() {
      clients.erase(&websocket);
      say("Client déconnecté. Total clients : {}", clients.size());
    }
  } const finally{clients, websocket};
  clients.insert(&websocket);
  say("Client connecté. Total clients : {}", clients.size());

  while (const auto message = co_await websocket.receive()) {
    say("Message reçu : {}", message->bytes);
    co_await broadcast(clients, news_of(*message));
  }
  const auto code = websocket.closed()->code;
  const bool said_goodbye =
      code == websocket::CloseCode::normal || code == websocket::CloseCode::going_away;
  if (!said_goodbye) say("Client déconnecté.");  // Python: ConnectionClosed
}

int main(int argc, char** argv) {
  const auto options = parse_options(argc, argv, {.port = 8765});
  const CtrlC ctrl_c;

  drivers::Settings settings;
  settings.pages["/"] = {"text/html; charset=utf-8", broadcast_page};
  settings.stop_fd = ctrl_c.fd();

  Clients clients;
  asio::io_context loop{1};
  Listener listener(loop, net::resolve(options.host, options.port, net::Purpose::listen).front(),
                    settings);
  const auto port = listener.address().port();
  say_chosen_port(options, port);
  say("Serveur WebSocket démarré sur ws://{}:{}", shown_host(options.host), port);
  run(loop,
      serve(listener, [&](WebSocket& websocket) { return handle_client(clients, websocket); }));
}
