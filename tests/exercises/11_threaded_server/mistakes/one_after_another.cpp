// Mistake: the client is served by main itself: the next one waits for its end.
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <list>
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
  while (true) {
    const Events events = wait_for_events(ctrl_c, bell, listener, Clients::wanted);
    if (events.ctrl_c) break;
    if (!events.client) continue;
    net::Stream client = listener.accept();
    serve_client(client);
  }
  say("Serveur arrêté.");
}
