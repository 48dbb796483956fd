// Point:  what one client says is sent to all the others: the threads now share something.
// New:    a mutex, and what it protects; a bound on how long one client may hold up the others.
// Kept:   a thread a client, all joined at Ctrl-C (lesson 11, here in client_threads.hpp).
// Try:    three clients; then one that reads nothing (the guide tells how), and a flood of
// messages.

#include <sys/socket.h>
#include <sys/time.h>

#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>

#include "client_threads.hpp"
#include "console.hpp"
#include "net/error.hpp"
#include "net/stream.hpp"
#include "options.hpp"

using namespace prise;

constexpr timeval send_time_max{1, 0};  // one second

// Who is here. All the threads come here; the mutex lets in one at a time.
class Room {
public:
  void enter(net::Stream& client) {
    const std::lock_guard lock(mutex_);
    clients_.push_back(&client);
  }
  void leave(net::Stream& client) {
    const std::lock_guard lock(mutex_);
    clients_.remove(&client);
  }

  void send_to_others(const net::Stream& sender, std::string_view message) {
    const std::lock_guard lock(mutex_);
    for (net::Stream* client : clients_) {
      if (client == &sender) continue;
      try {
        client->send_all(message);
      } catch (const std::system_error&) {
        // Gone (EPIPE), or does not read and has had its time (EAGAIN). Its own thread, which this
        // wakes, will take it out: here we are in the middle of the list.
        shutdown(client->fd(), SHUT_RDWR);
      }
    }
  }

private:
  std::mutex mutex_;
  std::list<net::Stream*> clients_;  // each one alive from enter to leave
};

// What the thread of a client does.
void chat(net::Stream& client, Room& room) {
  room.enter(client);
  say("Nouvelle connexion : {}", client.peer());
  try {
    net::checked(
        setsockopt(client.fd(), SOL_SOCKET, SO_SNDTIMEO, &send_time_max, sizeof send_time_max),
        "setsockopt SO_SNDTIMEO");
    while (true) {
      const std::string message = client.receive_some(1024);
      if (message.empty()) break;
      say("{} : {}", client.peer(), message);
      room.send_to_others(client, message);
    }
  } catch (const std::system_error&) {
    // ECONNRESET: a departure like the others.
  }
  room.leave(client);
  say("Connexion fermée : {}", client.peer());
}

int main(int argc, char** argv) {
  const auto options = parse_options(argc, argv, {.port = 12345});
  const CtrlC ctrl_c;  // before any thread

  net::Listener listener(net::resolve(options.host, options.port, net::Purpose::listen).front());
  say_chosen_port(options, listener.address().port());
  say("Serveur de chat démarré...");

  Room room;
  serve_until_ctrl_c(listener, ctrl_c, [&room](net::Stream& client) { chat(client, room); });
  say("Serveur de chat arrêté.");
}
