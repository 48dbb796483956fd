// Point:  one thread serves everyone, if it never waits for anyone: it waits for all at once.
// New:    O_NONBLOCK, EAGAIN; poll, then epoll; a queue for what a client is too slow to take.
// Kept:   the chat room of lesson 12, line for line; CtrlC, a descriptor like the others.
// Try:    --epoll; suspend a client with Ctrl-Z and speak; ulimit -n 10 before you start it.

#include <memory>

#include "console.hpp"
#include "net/stream.hpp"
#include "options.hpp"
#include "room.hpp"
#include "waiting.hpp"

using namespace prise;

int main(int argc, char** argv) {
  bool epoll = false;
  const auto options =
      parse_options(argc, argv, {.port = 12345},
                    {{"--epoll", &epoll, "Attend avec epoll (Linux) au lieu de poll"}});
  const CtrlC ctrl_c;

  net::Listener listener(net::resolve(options.host, options.port, net::Purpose::listen).front());
  const std::unique_ptr<Waiting> waiting = make_waiting(epoll ? System::epoll : System::poll);
  say_chosen_port(options, listener.address().port());
  say("Serveur de chat démarré...");

  Room(listener, *waiting).run(ctrl_c.fd());
  say("Chat terminé.");
}
