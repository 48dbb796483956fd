// Point:  a datagram leaves without asking; whether it arrives, only an answer can tell.
// New:    sendto, recvfrom, and a limit on the wait: an answer may never come.
// Kept:   net::Socket, net::resolve.
// Try:    without a server; then through lossy_relay.

#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <string>

#include "console.hpp"
#include "net/error.hpp"
#include "net/socket.hpp"
#include "options.hpp"

using namespace prise;

// From a millisecond to a day: to SO_RCVTIMEO, zero would mean "for ever" (socket(7)).
timeval as_timeval(double seconds) {
  seconds = std::min(std::max(0.001, seconds), 86400.0);
  const double whole = std::floor(seconds);
  return {static_cast<time_t>(whole), static_cast<suseconds_t>((seconds - whole) * 1e6)};
}

int main(int argc, char** argv) {
  std::string text = "Hello UDP !";
  double timeout = 5;
  const auto options =
      parse_options(argc, argv, {.port = 9999},
                    {{"text", &text, "Le message à envoyer"},
                     {"--timeout", &timeout, "Combien de secondes attendre la réponse"}});

  const auto server = net::resolve(options.host, options.port).front();
  const net::Socket client = net::Socket::open(server.family(), SOCK_DGRAM);
  const timeval wait = as_timeval(timeout);
  net::checked(setsockopt(client.fd(), SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait),
               "setsockopt SO_RCVTIMEO");

  // No connect, no bind: at the first sendto the kernel gives this socket a port.
  if (sendto(client.fd(), text.data(), text.size(), 0, server.data(), server.size()) == -1)
    net::throw_system_error("sendto " + server.host_and_port());

  std::array<char, 1024> buffer;
  ssize_t count = -1;
  do  // EINTR: with a time limit, even Ctrl-Z and then fg end the wait (signal(7))
    count = recvfrom(client.fd(), buffer.data(), buffer.size(), 0, nullptr, nullptr);
  while (count == -1 && errno == EINTR);
  if (count == -1 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
    warn("Aucune réponse après {} s : la demande ou la réponse s'est perdue, ou personne n'écoute.",
         timeout);
    return 1;
  }
  if (count == -1) net::throw_system_error("recvfrom");
  say("Réponse : {}", std::string_view(buffer.data(), static_cast<std::size_t>(count)));
}
