// Mistake: main sleeps on a condition variable until a place is free: Ctrl-C does not wake it.
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

#include "console.hpp"
#include "net/error.hpp"
#include "net/stream.hpp"
#include "options.hpp"
#include "protocol/framing.hpp"

using namespace prise;

constexpr std::size_t line_bytes_max = 1024;

// --- Rien à changer jusqu'à « À vous ».

// Une sonnette, comme dans la leçon : un fil qui a fini sonne, et main se réveille.
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

  void ring() { [[maybe_unused]] const ssize_t count = write(pipe_[1], "!", 1); }
  void silence() {
    std::array<char, 256> rings{};
    while (read(pipe_[0], rings.data(), rings.size()) > 0) {
    }
  }
  int fd() const { return pipe_[0]; }

private:
  std::array<int, 2> pipe_{};
};

// Ce qui réveille main.
struct Events {
  bool ctrl_c = false;
  bool bell = false;    // un fil a fini
  bool client = false;  // accept ne dormira pas ; jamais, si on ne l'a pas demandé
};
enum class Clients { wanted, not_now };

// Dort jusqu'à ce qu'il se passe quelque chose.
Events wait_for_events(const CtrlC& ctrl_c, const Bell& bell, const net::Listener& listener,
                       Clients clients) {
  const int listener_fd = clients == Clients::wanted ? listener.fd() : -1;  // -1 : poll l'ignore
  std::array<pollfd, 3> watched{
      {{ctrl_c.fd(), POLLIN, 0}, {bell.fd(), POLLIN, 0}, {listener_fd, POLLIN, 0}}};
  if (poll(watched.data(), watched.size(), -1) == -1 && errno != EINTR)
    net::throw_system_error("poll");
  return {watched[0].revents != 0, watched[1].revents != 0, watched[2].revents != 0};
}

void send_line(net::Stream& client, const std::string& line) {
  client.send_all(line + '\n');  // lance une std::system_error si le client est parti
}

// --- À vous.

// Un client, de la bienvenue à son départ.
void serve_client(net::Stream& client) {
  say("Connexion établie avec {}", client.peer());
  try {
    send_line(client, "Bienvenue sur le serveur!");
    protocol::LineDecoder lines(line_bytes_max);
    while (true) {
      std::string_view line;
      const protocol::Decoded decoded = lines.next(line);
      if (decoded == protocol::Decoded::too_long) break;
      if (decoded == protocol::Decoded::message) {
        say("Message de {} : {}", client.peer(), line);
        send_line(client, "Message reçu");
        continue;
      }
      const std::string arrived = client.receive_some(line_bytes_max);
      if (arrived.empty()) break;
      lines.receive(arrived);
    }
  } catch (const std::system_error&) {  // ECONNRESET, EPIPE : parti, sans les formes
  }
  say("Connexion fermée avec {}", client.peer());
}

std::mutex places;
std::condition_variable place_freed;

// Un client et son fil : tous deux appartiennent à main.
struct Client {
  Client(net::Stream accepted, Bell& bell)
      : stream(std::move(accepted)), thread([this, &bell] {
          serve_client(stream);
          {
            const std::lock_guard lock(places);
            ended = true;
          }
          place_freed.notify_one();
          bell.ring();
        }) {}

  net::Stream stream;
  std::atomic<bool> ended = false;
  std::jthread thread;  // en dernier, donc détruit d'abord : join, puis close
};

int main(int argc, char** argv) {
  std::size_t clients_max = 2;
  const auto options =
      parse_options(argc, argv, {.port = 12345},
                    {{"--clients-max", &clients_max, "Nombre de clients servis à la fois"}});
  if (clients_max == 0) {
    warn("Erreur : --clients-max vaut au moins 1.");
    return 2;
  }
  const CtrlC ctrl_c;  // avant tout fil

  net::Listener listener(net::resolve(options.host, options.port, net::Purpose::listen).front());
  say_chosen_port(options, listener.address().port());
  say("Serveur en attente de connexions...");

  Bell bell;
  std::list<Client> clients;
  std::optional<net::Stream> next;
  while (true) {
    const Events events =
        wait_for_events(ctrl_c, bell, listener, next ? Clients::not_now : Clients::wanted);
    if (events.ctrl_c) break;

    bell.silence();
    clients.remove_if([](const Client& client) { return client.ended.load(); });
    if (events.client) next = listener.accept();
    if (next && clients.size() < clients_max) {
      clients.emplace_back(std::move(*next), bell);
      next.reset();
    } else if (events.client) {
      say("En attente : {}", next->peer());
      try {
        send_line(*next, "Serveur complet : vous êtes en attente.");
      } catch (const std::system_error&) {
      }
      std::unique_lock lock(places);
      place_freed.wait(lock, [&clients] {
        for (const Client& client : clients)
          if (client.ended) return true;
        return false;
      });
    }
  }

  listener.close();
  next.reset();
  for (const Client& client : clients)
    shutdown(client.stream.fd(), SHUT_RDWR);  // réveille recv, ce que close ne ferait pas
  clients.clear();                            // join pour chacun
  say("Serveur arrêté.");
}
