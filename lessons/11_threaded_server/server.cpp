// Point:  many clients at once: a thread for each, and one that only accepts.
// New:    who owns the threads, and joins them; an accept that fails, and does not end the server.
// Kept:   a Stream a client; shutdown wakes a thread that sleeps in recv (lesson 10); CtrlC.
// Try:    three clients at once; kill -9 one of them; then Ctrl-C here, while the others say
// nothing.

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <list>
#include <string>
#include <system_error>
#include <thread>

#include "console.hpp"
#include "explain.hpp"
#include "net/error.hpp"
#include "net/stream.hpp"
#include "options.hpp"

using namespace prise;

// Rung by a client's thread that has ended: the thread that accepts sleeps in poll, and looks at no
// variable while it does (lesson 10).
class Bell {
public:
  Bell() {
    net::checked(pipe(pipe_.data()), "pipe");
    for (const int end : pipe_)
      net::checked(fcntl(end, F_SETFL, O_NONBLOCK), "fcntl");
  }
  ~Bell() {
    for (const int end : pipe_)
      close(end);
  }
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;

  void ring() {  // a pipe that is full rings already
    [[maybe_unused]] const ssize_t count = write(pipe_[1], "!", 1);
  }
  void silence() {
    std::array<char, 256> rings{};
    while (read(pipe_[0], rings.data(), rings.size()) > 0) {
    }
  }
  int fd() const { return pipe_[0]; }

private:
  std::array<int, 2> pipe_{};
};

// What the thread of a client does. An exception that left it would end the whole program.
void serve_client(net::Stream& stream) {
  try {
    say("Connexion établie avec {}", stream.peer());
    stream.send_all("Bienvenue sur le serveur!");
    while (true) {
      const std::string message = stream.receive_some(1024);
      if (message.empty()) break;
      say("Message de {} : {}", stream.peer(), message);
      stream.send_all("Message reçu");
    }
  } catch (const std::system_error&) {
    // ECONNRESET, EPIPE: the client has left without the forms.
  }
  say("Connexion fermée avec {}", stream.peer());
}

// A client and its thread. Both belong to the thread that accepts, which alone makes and destroys
// them; the client's thread uses the stream, and says when it no longer does.
struct Client {
  Client(net::Stream accepted, Bell& bell)
      : stream(std::move(accepted)), thread([this, &bell] {
          serve_client(stream);
          ended = true;
          bell.ring();
        }) {}

  net::Stream stream;
  std::atomic<bool> ended = false;
  std::jthread thread;  // last, so destroyed first: it is joined, and only then the stream closed
};

// False: there was no descriptor, or no thread, for one more client (EMFILE, EAGAIN). Those who are
// here stay, and so does the server.
bool welcome_next(net::Listener& listener, std::list<Client>& clients, Bell& bell) {
  try {
    clients.emplace_back(listener.accept(), bell);
    return true;
  } catch (const std::system_error& error) {
    warn("Erreur : {}", explain(error));
    return false;
  }
}

int main(int argc, char** argv) {
  const auto options = parse_options(argc, argv, {.port = 12345});
  const CtrlC ctrl_c;  // before any thread

  net::Listener listener(net::resolve(options.host, options.port, net::Purpose::listen).front());
  say_chosen_port(options, listener.address().port());
  say("Serveur en attente de connexions...");

  Bell bell;
  std::list<Client> clients;  // a list: a client never moves, and its thread holds its address
  bool room = true;
  while (true) {
    // Whom there is no room for waits in the kernel's queue. poll would say at once, and for ever,
    // that accept is possible: until a client leaves, or a second has passed, we do not ask.
    std::array<pollfd, 3> watched{
        {{ctrl_c.fd(), POLLIN, 0}, {bell.fd(), POLLIN, 0}, {room ? listener.fd() : -1, POLLIN, 0}}};
    if (poll(watched.data(), watched.size(), room ? -1 : 1000) == -1 && errno != EINTR)
      net::throw_system_error("poll");
    if (watched[0].revents != 0) break;

    bell.silence();  // before looking: whoever ends from now on rings again
    clients.remove_if([](const Client& client) { return client.ended.load(); });
    room = watched[2].revents == 0 || welcome_next(listener, clients, bell);
  }

  listener.close();
  for (const Client& client : clients)
    shutdown(client.stream.fd(), SHUT_RDWR);  // wakes its thread, in recv or in send
  clients.clear();                            // every thread joined, every connection closed
  say("Serveur arrêté.");
}
