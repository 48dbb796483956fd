// Mistake: only whole seconds are put into the limit, and zero means for ever.
// From outside it cannot be told from no_timeout: the check names both.
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
  std::vector<char> buffer(65536);  // le plus grand datagramme y tient
  while (true) {
    // Le temps qui reste, et non le temps entier : un bavard pourrait sinon nous retenir toujours.
    const Seconds left = limit - Clock::now();
    if (left.count() <= 0) return std::nullopt;
    const timeval wait{static_cast<time_t>(left.count()), 0};
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
}
