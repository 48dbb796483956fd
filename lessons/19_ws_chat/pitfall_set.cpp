// Point:  a set that changes while we walk through it leads the walk astray.
// New:    a set that counts its changes, so that the walk can see one and stop, as Python's does.
// Kept:   coroutines that run by turns; nothing else happens between two co_await.
// Try:    take the test of changes() away in the first walk, and build with the preset dev.

#include <set>
#include <string>

#include "console.hpp"
#include "drivers/asio_websocket.hpp"
#include "options.hpp"

using namespace prise;
using drivers::coroutines::gather;
using drivers::coroutines::run;
using drivers::coroutines::sleep_for;

// std::set does not look: to go on from an element that was erased is undefined behaviour, which
// may crash, or go anywhere, or seem to work. Python's set looks, and raises RuntimeError.
class Clients {
public:
  void join(const std::string& name) { changes_ += names_.insert(name).second ? 1 : 0; }
  void leave(const std::string& name) { changes_ += names_.erase(name); }
  [[nodiscard]] std::size_t changes() const { return changes_; }
  [[nodiscard]] const std::set<std::string>& names() const { return names_; }

private:
  std::set<std::string> names_;
  std::size_t changes_ = 0;
};

// A send to somebody slow: it waits, and the other coroutines run meanwhile.
asio::awaitable<void> send(const std::string& name) {
  say("  Envoyé à {}", name);
  return sleep_for(std::chrono::milliseconds(1));
}

asio::awaitable<void> leave(Clients& clients) {
  for (const char* name : {"Alice", "Bob"}) {
    say("  {} s'en va", name);
    clients.leave(name);
  }
  co_return;
}

asio::awaitable<void> walk_through_the_set(Clients& clients) {
  const std::size_t changes = clients.changes();
  for (const std::string& name : clients.names()) {
    co_await send(name);
    if (clients.changes() != changes) {
      say("  L'ensemble a changé pendant le parcours : continuer mènerait n'importe où");
      co_return;
    }
  }
}

asio::awaitable<void> walk_through_a_copy(Clients& clients) {
  const std::set<std::string> receivers = clients.names();
  for (const std::string& name : receivers)
    if (clients.names().contains(name)) co_await send(name);
}

// What is sent is queued, and leaves later (offer_text): without co_await, nobody can leave.
asio::awaitable<void> walk_without_waiting(Clients& clients) {
  for (const std::string& name : clients.names())
    say("  Mis en attente pour {}", name);
  co_return;
}

void play(asio::awaitable<void> (*walk)(Clients&)) {
  Clients clients;
  for (const char* name : {"Alice", "Bob", "Carole"})
    clients.join(name);
  asio::io_context loop{1};
  run(loop, gather(walk(clients), leave(clients)));
}

int main(int argc, char** argv) {
  parse_arguments(argc, argv, {});
  say("Le piège : parcourir l'ensemble, et attendre à chaque pas");
  play(walk_through_the_set);
  say("La parade des notes : parcourir une copie, et vérifier");
  play(walk_through_a_copy);
  say("L'autre parade : ne pas attendre");
  play(walk_without_waiting);
}
