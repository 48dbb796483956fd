// Exercice 05 : obtenir une réponse malgré les pertes, et la bonne.
//
// Le programme envoie un datagramme au serveur, recommence quand rien ne revient à temps, et
// n'écoute que lui. L'énoncé entier est dans README.md, à la section Exercice.
// Vérifiez avec : ./prise check 05

#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "console.hpp"
#include "net/error.hpp"
#include "net/socket.hpp"
#include "options.hpp"

using namespace prise;
using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

// D'une milliseconde à un jour : pour SO_RCVTIMEO, zéro voudrait dire « sans limite ».
timeval as_timeval(double seconds) {
  seconds = std::min(std::max(0.001, seconds), 86400.0);
  const double whole = std::floor(seconds);
  return {static_cast<time_t>(whole), static_cast<suseconds_t>((seconds - whole) * 1e6)};
}

// La réponse de ce serveur-là, et de personne d'autre ; rien quand la limite est passée.
std::optional<std::string> answer_before(Clock::time_point limit, const net::Socket& client,
                                         const net::Address& server) {
  //[solution]
  std::vector<char> buffer(65536);  // le plus grand datagramme y tient
  while (true) {
    // Le temps qui reste, et non le temps entier : un bavard pourrait sinon nous retenir toujours.
    const Seconds left = limit - Clock::now();
    if (left.count() <= 0) return std::nullopt;
    const timeval wait = as_timeval(left.count());
    net::checked(setsockopt(client.fd(), SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait),
                 "setsockopt SO_RCVTIMEO");

    sockaddr_storage from{};
    socklen_t size = sizeof from;
    const ssize_t count = recvfrom(client.fd(), buffer.data(), buffer.size(), 0,
                                   reinterpret_cast<sockaddr*>(&from), &size);
    if (count == -1 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) continue;
    if (count == -1) net::throw_system_error("recvfrom");
    if (net::Address(reinterpret_cast<sockaddr*>(&from), size) == server)
      return std::string(buffer.data(), static_cast<std::size_t>(count));
  }
  //[starter]
  //|  // TODO 1 : n'attendez pas plus longtemps que limit : avant chaque recvfrom, donnez à
  //|  //          SO_RCVTIMEO le temps qui reste (as_timeval). EAGAIN : il est passé ; EINTR : un
  //|  //          signal a interrompu l'attente, qui continue.
  //|  const Seconds left = limit - Clock::now();
  //|  if (left.count() <= 0) return std::nullopt;
  //|
  //|  // TODO 2 : donnez à recvfrom de quoi écrire l'adresse de l'expéditeur. Si ce n'est pas
  //|  //          server, ignorez ce datagramme, et attendez le suivant le temps qui reste.
  //|  // TODO 3 : un datagramme peut avoir 65507 octets. Que devient ce qui n'entre pas ?
  //|  std::array<char, 100> buffer;
  //|  const auto count = recvfrom(client.fd(), buffer.data(), buffer.size(), 0, nullptr, nullptr);
  //|  if (count == -1) net::throw_system_error("recvfrom de " + server.text());
  //|  return std::string(buffer.data(), static_cast<std::size_t>(count));
  //[end]
}

int main(int argc, char** argv) {
  std::string text = "Hello UDP !";
  double timeout = 1;
  std::size_t tries = 3;
  const auto options =
      parse_options(argc, argv, {.port = 9999},
                    {{"text", &text, "Le message à envoyer"},
                     {"--timeout", &timeout, "Combien de secondes attendre à chaque essai"},
                     {"--tries", &tries, "Combien de fois essayer"}});

  const auto server = net::resolve(options.host, options.port).front();
  const net::Socket client = net::Socket::open(server.family(), SOCK_DGRAM);

  //[solution]
  for (std::size_t number = 1; number <= tries; ++number) {
    say("Essai {}", number);
    if (sendto(client.fd(), text.data(), text.size(), 0, server.data(), server.size()) == -1)
      net::throw_system_error("sendto " + server.host_and_port());
    const Seconds wait(timeout);
    const auto limit = Clock::now() + std::chrono::duration_cast<Clock::duration>(wait);
    if (const auto answer = answer_before(limit, client, server)) {
      say("Réponse : {}", *answer);
      return 0;
    }
  }
  say("Aucune réponse après {} essais.", tries);
  return 1;
  //[starter]
  //|  // TODO 4 : recommencez tant que rien n'est revenu, mais pas plus de tries fois.
  //|  say("Essai {}", 1);
  //|  if (sendto(client.fd(), text.data(), text.size(), 0, server.data(), server.size()) == -1)
  //|    net::throw_system_error("sendto " + server.host_and_port());
  //|  const Seconds wait(timeout);
  //|  const auto limit = Clock::now() + std::chrono::duration_cast<Clock::duration>(wait);
  //|  if (const auto answer = answer_before(limit, client, server)) say("Réponse : {}", *answer);
  //|
  //|  // TODO 5 : s'il n'y a pas eu de réponse, écrivez « Aucune réponse après 3 essais. »
  //|  //          et rendez 1.
  //[end]
}
