// Mistake: the milliseconds of poll are given as seconds.
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <string>
#include <string_view>

#include "console.hpp"
#include "net/address.hpp"
#include "net/error.hpp"
#include "net/socket.hpp"
#include "options.hpp"

using namespace prise;
using Clock = std::chrono::steady_clock;
using Deadline = Clock::time_point;  // un instant, pas une durée

enum class Outcome {
  complete,         // receive_all : jusqu'à la fin du flux ; send_all : jusqu'au dernier octet
  deadline_passed,  // il n'est plus temps
  too_long,         // plus de bytes_max octets
  connection_lost,  // le client est parti, ou a coupé
};

struct Received {
  Outcome outcome = Outcome::complete;
  std::string bytes = {};
};

// Dort jusqu'à ce que le descripteur soit prêt (true) ou que le délai soit passé (false).
bool wait_until_ready(int fd, short events, Deadline deadline) {
  while (true) {
    // Ce qui reste, calculé à nouveau à chaque tour : un signal ne rallonge pas le délai.
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return false;
    pollfd watched{fd, events, 0};
    const int ready = poll(&watched, 1, static_cast<int>(left.count() / 1000));
    if (ready >= 0) return ready == 1;
    if (ready == -1 && errno != EINTR) net::throw_system_error("poll");
  }
}

// Avec MSG_DONTWAIT, ou après un signal, l'appel rend -1 sans que rien n'ait échoué.
bool must_try_again() {
  return errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK;
}

Received receive_all(int fd, std::size_t bytes_max, Deadline deadline) {
  std::array<char, 65536> chunk;
  Received all;
  while (true) {
    if (!wait_until_ready(fd, POLLIN, deadline)) return {Outcome::deadline_passed};
    const ssize_t count = recv(fd, chunk.data(), chunk.size(), MSG_DONTWAIT);
    if (count == 0) return all;
    if (count == -1) {
      if (must_try_again()) continue;
      if (errno == ECONNRESET) return {Outcome::connection_lost};
      net::throw_system_error("recv");
    }
    const auto bytes = static_cast<std::size_t>(count);
    if (bytes > bytes_max - all.bytes.size()) return {Outcome::too_long};
    all.bytes.append(chunk.data(), bytes);
  }
}

Outcome send_all(int fd, std::string_view bytes, Deadline deadline) {
  while (!bytes.empty()) {
    if (!wait_until_ready(fd, POLLOUT, deadline)) return Outcome::deadline_passed;
    // Sans MSG_DONTWAIT, send attendrait la place qui manque pour le reste, délai ou pas.
    const ssize_t count = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count == -1) {
      if (must_try_again()) continue;
      if (errno == EPIPE || errno == ECONNRESET) return Outcome::connection_lost;
      net::throw_system_error("send");
    }
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return Outcome::complete;
}

// --- À partir d'ici, rien à changer.

extern "C" void do_nothing(int) {}

// Sans SA_RESTART, SIGUSR1 interrompt l'appel qui attend : kill -USR1, autant de fois qu'on veut.
void let_signals_interrupt() {
  struct sigaction action {};
  action.sa_handler = &do_nothing;
  net::checked(sigaction(SIGUSR1, &action, nullptr), "sigaction");
}

// socket, bind et listen, comme à la leçon 01.
net::Socket listen_on(const Options& options) {
  const auto address = net::resolve(options.host, options.port, net::Purpose::listen).front();
  net::Socket listener = net::Socket::open(address.family(), SOCK_STREAM);
  listener.bind(address, net::ReuseAddress::yes);
  net::checked(listen(listener.fd(), SOMAXCONN), "listen");
  return listener;
}

net::Socket accept_one(const net::Socket& listener) {
  while (true) {
    const int fd = accept(listener.fd(), nullptr, nullptr);
    if (fd != -1) return net::Socket(fd);
    if (errno != EINTR && errno != ECONNABORTED) net::throw_system_error("accept");
  }
}

// Dit pourquoi tout n'est pas passé.
int give_up(Outcome outcome, std::size_t bytes_max) {
  if (outcome == Outcome::deadline_passed) say("Délai dépassé.");
  if (outcome == Outcome::too_long) say("Refusé : le message dépasse {} octets.", bytes_max);
  if (outcome == Outcome::connection_lost) say("Le client a coupé la connexion.");
  return 1;
}

int main(int argc, char** argv) {
  let_signals_interrupt();
  std::size_t bytes_max = 64 << 20;
  double seconds = 10;
  const auto options = parse_options(
      argc, argv, {.port = 9999},
      {{"--bytes-max", &bytes_max, "Refuse un message plus long, en octets"},
       {"--deadline", &seconds, "Le temps pour tout recevoir et renvoyer, en secondes"}});
  if (!(seconds > 0 && seconds <= 86400)) {
    warn("Erreur : --deadline va de 0 (exclu) à 86400 secondes.");
    return 2;
  }

  const net::Socket listener = listen_on(options);
  const auto port = listener.local_address().port();
  say_chosen_port(options, port);
  say("Serveur en écoute sur le port {}...", port);
  const net::Socket client = accept_one(listener);

  // Un seul délai : il commence ici, et la réponse doit être partie avant qu'il finisse.
  const auto time =
      std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  const Deadline deadline = Clock::now() + time;

  Received message = receive_all(client.fd(), bytes_max, deadline);
  if (message.outcome != Outcome::complete) return give_up(message.outcome, bytes_max);
  say("Reçu : {} octets", message.bytes.size());

  std::reverse(message.bytes.begin(), message.bytes.end());
  const Outcome sent = send_all(client.fd(), message.bytes, deadline);
  if (sent != Outcome::complete) return give_up(sent, bytes_max);
  say("Renvoyé : {} octets", message.bytes.size());
}
