#include "ways.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <string>
#include <system_error>
#include <thread>

#include "console.hpp"
#include "room.hpp"
#include "waiting.hpp"

using namespace prise;

namespace {

void echo(net::Stream client) {
  try {
    while (true) {
      const std::string message = client.receive_some(message_bytes_max);
      if (message.empty()) break;
      say("{} : {}", client.peer(), message);
      client.send_all(message);
    }
  } catch (const std::system_error&) {  // ECONNRESET: this one only
  }
  say("Connexion fermée : {}", client.peer());
}

// The least that a server with a thread a client can be: it keeps no list of them, and ends with
// its process.
void echo_with_threads(net::Listener& listener, int stop) {
  std::array<pollfd, 2> watched{{{listener.fd(), POLLIN, 0}, {stop, POLLIN, 0}}};
  while (true) {
    net::checked(poll(watched.data(), watched.size(), -1), "poll");
    if (watched[1].revents != 0) _exit(0);
    net::Stream client = listener.accept();
    say("Nouvelle connexion : {}", client.peer());
    try {
      std::thread(echo, std::move(client)).detach();
    } catch (const std::system_error&) {  // EAGAIN: no more threads; the client sees its end
    }
  }
}

}  // namespace

std::string_view name_of(Way way) {
  switch (way) {
    case Way::threads:
      return "fils";
    case Way::poll:
      return "poll";
    case Way::epoll:
      break;
  }
  return "epoll";
}

void serve(Way way, net::Listener& listener, int stop) {
  if (way == Way::threads) return echo_with_threads(listener, stop);
  const auto waiting = make_waiting(way == Way::poll ? System::poll : System::epoll);
  Room(listener, *waiting, Audience::speaker).run(stop);
}
