// Exercice 11 : au plus N clients à la fois. Le suivant attend, on le lui dit, et il est servi dès
// qu'une place se libère ; à Ctrl-C, chaque fil est attendu.
//
// Un message par ligne, comme à l'exercice 09. L'énoncé entier est dans README.md, « Exercice ».
// Vérifiez avec : ./prise check 11

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
  // TODO 1 : un recv n'est pas une ligne (protocol::LineDecoder). Répondez à chaque ligne,
  //          jusqu'à la fin du flux, une ligne trop longue ou une std::system_error : rien ne
  //          doit sortir d'un fil.
  send_line(client, "Bienvenue sur le serveur!");
  say("Message de {} : {}", client.peer(), client.receive_some(line_bytes_max));
  send_line(client, "Message reçu");
  say("Connexion fermée avec {}", client.peer());
}

// TODO 2 : un struct Client avec le Stream, un std::atomic<bool> ended et un std::jthread, qui
//          appelle serve_client, note ended, puis sonne. Gardez-les dans un std::list : leur
//          adresse ne change pas.

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
  // TODO 3 : un fil par client, au plus clients_max ; ceux qui ont fini quittent la liste.
  // TODO 4 : s'il n'y a plus de place, le client accepté attend ; dites-le-lui, et servez-le
  //          dès qu'un fil sonne. En attendant, n'en acceptez pas d'autre (Clients::not_now).
  // TODO 5 : Ctrl-C : réveillez chaque fil (shutdown), puis join, avant la dernière ligne.
  while (true) {
    const Events events = wait_for_events(ctrl_c, bell, listener, Clients::wanted);
    if (events.ctrl_c) break;
    bell.silence();
    if (!events.client) continue;
    net::Stream client = listener.accept();
    serve_client(client);
  }
  say("Serveur arrêté.");
}
