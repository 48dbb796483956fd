// Mistake: what send did not take is thrown away.

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "console.hpp"
#include "net/error.hpp"
#include "net/poller.hpp"
#include "net/stream.hpp"
#include "options.hpp"
#include "protocol/framing.hpp"

using namespace prise;
using Clock = std::chrono::steady_clock;

constexpr std::size_t line_bytes_max = 1024;
constexpr int kernel_bytes = 8192;  // ce que le noyau garde à envoyer : peu, pour que cela se voie

struct Limits {
  Clock::duration idle;          // qui se tait plus longtemps est renvoyé
  std::size_t unsent_bytes_max;  // pour qui il faudrait garder plus d'octets aussi
};

struct Client {
  net::Socket socket;
  net::Address address;
  protocol::LineDecoder lines{line_bytes_max};
  std::string unsent = {};  // ce que le noyau n'a pas encore pris
  Clock::time_point last_heard = Clock::now();
  bool leaving = false;  // sera retiré à la fin du tour
};

void make_non_blocking(int fd) {
  const int flags = net::checked(fcntl(fd, F_GETFL), "fcntl");
  net::checked(fcntl(fd, F_SETFL, flags | O_NONBLOCK), "fcntl");
}

bool would_block() {
  return errno == EAGAIN || errno == EWOULDBLOCK;
}

class Room {
public:
  Room(net::Listener& listener, Limits limits) : listener_(listener), limits_(limits) {
    make_non_blocking(listener_.fd());
  }

  // La boucle, jusqu'à ce que ce descripteur soit lisible : Ctrl-C.
  void run(int stop) {
    poller_->watch(listener_.fd(), net::Interest::read);
    poller_->watch(stop, net::Interest::read);
    while (true) {
      for (const net::Ready& ready : poller_->wait(time_to_wait())) {
        if (ready.fd == stop) return say_goodbye();
        if (ready.fd == listener_.fd())
          accept_all();
        else
          serve(clients_.at(ready.fd), ready);
      }
      dismiss_the_silent();
      remove_leavers();
    }
  }

private:
  void accept_all() {
    while (true) {
      sockaddr_storage peer{};
      socklen_t bytes = sizeof peer;
      const int fd = accept(listener_.fd(), reinterpret_cast<sockaddr*>(&peer), &bytes);
      if (fd == -1) return;  // EAGAIN : plus personne n'attend
      welcome({net::Socket(fd), net::Address(reinterpret_cast<sockaddr*>(&peer), bytes)});
    }
  }

  void welcome(Client client) {
    const int fd = client.socket.fd();
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &kernel_bytes, sizeof kernel_bytes);
    make_non_blocking(fd);
    poller_->watch(fd, net::Interest::read);
    say("Nouvelle connexion : {}", client.address);
    clients_.emplace(fd, std::move(client));
  }

  void serve(Client& client, const net::Ready& ready) {
    if (ready.readable && !client.leaving) receive(client);
    if (ready.writable && !client.leaving) send_unsent(client);
  }

  void receive(Client& speaker) {
    std::array<char, 4096> buffer;
    const ssize_t count = recv(speaker.socket.fd(), buffer.data(), buffer.size(), 0);
    if (count == -1 && would_block()) return;  // rien, finalement : ce n'est pas la fin
    if (count <= 0) {
      speaker.leaving = true;
      return;
    }
    speaker.last_heard = Clock::now();
    speaker.lines.receive({buffer.data(), static_cast<std::size_t>(count)});
    std::string_view line;
    while (true) {
      switch (speaker.lines.next(line)) {
        case protocol::Decoded::more:
          return;
        case protocol::Decoded::too_long:
          return dismiss(speaker, "Ligne trop longue");
        case protocol::Decoded::message:
          say("{} : {}", speaker.address, line);
          tell_others(speaker, line);
      }
    }
  }

  void tell_others(const Client& speaker, std::string_view line) {
    for (auto& [fd, client] : clients_)
      if (&client != &speaker) send_line(client, line);
  }

  void send_line(Client& client, std::string_view line) {
    if (client.leaving) return;
    protocol::append_line(client.unsent, line);
    send_unsent(client);
    if (client.unsent.size() > limits_.unsent_bytes_max) dismiss(client, "File pleine");
  }

  // Ce que le noyau prend tout de suite ; le reste attend qu'il y ait de la place.
  void send_unsent(Client& client) {
    const int fd = client.socket.fd();
    while (!client.unsent.empty()) {
      const ssize_t count = send(fd, client.unsent.data(), client.unsent.size(), MSG_NOSIGNAL);
      if (count == -1 && would_block()) {
        client.unsent.clear();
        break;
      }
      if (count == -1) {
        client.leaving = true;
        return;
      }
      client.unsent.clear();
    }
    const bool all_sent = client.unsent.empty();
    poller_->watch(fd, all_sent ? net::Interest::read : net::Interest::read_and_write);
  }

  // Jusqu'à l'heure où le premier silencieux devra partir ; sans clients, pour toujours.
  std::chrono::milliseconds time_to_wait() const {
    if (clients_.empty()) return std::chrono::milliseconds::max();
    auto first = Clock::time_point::max();
    for (const auto& [fd, client] : clients_)
      first = std::min(first, client.last_heard + limits_.idle);
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(first - Clock::now());
    return std::max(left, std::chrono::milliseconds(0));
  }

  void dismiss_the_silent() {
    const auto now = Clock::now();
    for (auto& [fd, client] : clients_)
      if (!client.leaving && now - client.last_heard >= limits_.idle)
        dismiss(client, "Trop longtemps silencieux");
  }

  void dismiss(Client& client, std::string_view reason) {
    say("{} : {}", reason, client.address);
    client.leaving = true;
  }

  // Ici seulement : personne ne parcourt plus ni les clients, ni ceux qui sont prêts.
  void remove_leavers() {
    for (auto it = clients_.begin(); it != clients_.end();) {
      if (!it->second.leaving) {
        ++it;
        continue;
      }
      poller_->forget(it->first);
      say("Connexion fermée : {}", it->second.address);
      it = clients_.erase(it);
    }
  }

  void say_goodbye() {
    for (auto& [fd, client] : clients_)
      send_line(client, "Le serveur s'arrête.");
    clients_.clear();
  }

  net::Listener& listener_;
  Limits limits_;
  std::unique_ptr<net::Poller> poller_ = net::Poller::make();
  std::map<int, Client> clients_;  // par descripteur
};

int main(int argc, char** argv) {
  double idle_seconds = 60;
  std::size_t queue_bytes = 65536;
  const auto options = parse_options(
      argc, argv, {.port = 12345},
      {{"--idle", &idle_seconds, "Secondes de silence avant d'être renvoyé"},
       {"--queue", &queue_bytes, "Octets gardés au plus pour un client qui ne lit pas"}});
  const CtrlC ctrl_c;

  net::Listener listener(net::resolve(options.host, options.port, net::Purpose::listen).front());
  say_chosen_port(options, listener.address().port());
  say("Serveur de chat démarré...");

  const auto idle =
      std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(idle_seconds));
  Room(listener, {idle, queue_bytes}).run(ctrl_c.fd());
  say("Chat terminé.");
}
