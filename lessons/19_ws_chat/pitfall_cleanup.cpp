// Point:  who forgets to take a client off the list keeps the dead on it.
// New:    the way out that was not thought of; a destructor, which every way out goes through.
// Kept:   real WebSockets, both ends of them in one program; gather.
// Try:    let Bob say quit, as Alice does: nothing shows, until the day somebody vanishes.

#include <functional>
#include <memory>
#include <optional>
#include <set>

#include "console.hpp"
#include "drivers/asio_websocket.hpp"
#include "options.hpp"

using namespace prise;
using drivers::coroutines::gather;
using drivers::coroutines::Listener;
using drivers::coroutines::run;
using drivers::coroutines::WebSocket;

// The list keeps its WebSockets alive, as Python's does: with plain pointers, the dead would not be
// useless only, but gone, and to send to them undefined behaviour.
using Clients = std::set<std::shared_ptr<WebSocket>>;
using Handler = std::function<asio::awaitable<void>(Clients&, std::shared_ptr<WebSocket>)>;

asio::awaitable<void> handle_and_forget(Clients& clients, std::shared_ptr<WebSocket> websocket) {
  clients.insert(websocket);
  while (true) {
    const auto message = co_await websocket->receive();
    if (!message) co_return;  // the way out that was not thought of
    if (message->bytes == "quit") break;
  }
  clients.erase(websocket);
}

asio::awaitable<void> handle_and_clean_up(Clients& clients, std::shared_ptr<WebSocket> websocket) {
  struct Finally {
    Clients& clients;
    const std::shared_ptr<WebSocket>& websocket;
    ~Finally() { clients.erase(websocket); }
  } const finally{clients, websocket};
  clients.insert(websocket);
  while (true) {
    const auto message = co_await websocket->receive();
    if (!message) co_return;
    if (message->bytes == "quit") break;
  }
}

// The two ends of one WebSocket.
struct Pair {
  std::shared_ptr<WebSocket> here;   // the server's
  std::shared_ptr<WebSocket> there;  // the client's
};

asio::awaitable<void> let_in(Listener& listener, Pair& pair) {
  auto websocket = co_await listener.accept();
  co_await websocket->shake_hands();
  pair.here = std::make_shared<WebSocket>(std::move(*websocket));
}

asio::awaitable<void> come(websocket::Url url, const drivers::Settings& settings, Pair& pair) {
  auto websocket = co_await WebSocket::connect(url, settings);
  pair.there = std::make_shared<WebSocket>(std::move(websocket));
}

// A cable that is pulled, a program that is killed: no « quit », and no Close frame either.
asio::awaitable<void> vanish(Pair& pair) {
  say("  Bob disparaît sans un mot");
  pair.there->hang_up();
  co_return;
}

void count(const Clients& clients) {
  std::size_t reached = 0;
  for (const auto& client : clients)
    reached += client->offer_text("Qui est là ?") ? 1 : 0;
  say("  {} client(s) dans la liste, {} joint(s)", clients.size(), reached);
}

// While Alice is there, Bob vanishes; then she leaves as one should.
asio::awaitable<void> lose_bob(Clients& clients, Pair& alice, Pair& bob, const Handler& handle) {
  co_await gather(handle(clients, bob.here), vanish(bob));
  count(clients);
  co_await alice.there->send_text("quit");
}

asio::awaitable<void> play(Listener& listener, const drivers::Settings& settings, Handler handle) {
  websocket::Url url;
  url.host = listener.address().host();
  url.port = listener.address().port();
  Clients clients;
  Pair alice, bob;
  co_await gather(let_in(listener, alice), come(url, settings, alice));
  co_await gather(let_in(listener, bob), come(url, settings, bob));
  co_await gather(handle(clients, alice.here), lose_bob(clients, alice, bob, handle));
}

int main(int argc, char** argv) {
  const auto options = parse_options(argc, argv, {.port = 8765});
  const drivers::Settings settings;
  asio::io_context loop{1};
  Listener listener(loop, net::resolve(options.host, options.port, net::Purpose::listen).front(),
                    settings);
  say_chosen_port(options, listener.address().port());

  say("Le piège : la ligne qui efface n'est que sur l'un des chemins");
  run(loop, play(listener, settings, handle_and_forget));
  loop.restart();  // it had nothing left to do, and stopped
  say("La parade : un destructeur, par où tous les chemins passent");
  run(loop, play(listener, settings, handle_and_clean_up));
}
