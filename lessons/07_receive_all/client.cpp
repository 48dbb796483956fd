// Point:  send takes what fits, send_all goes on to the last byte; then shutdown says "all sent".
// New:    send_all (transfer.hpp); the half-close, shutdown(SHUT_WR): the way back stays open.
// Kept:   connect from lesson 01, MSG_NOSIGNAL from lesson 03.
// Try:    --bytes 50000000 --interruptions; --no-shutdown, then Ctrl-C when you have waited enough.

#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <string>

#include "console.hpp"
#include "fingerprint.hpp"
#include "net/stream.hpp"
#include "options.hpp"
#include "signals.hpp"
#include "transfer.hpp"

using namespace prise;
using namespace std::chrono_literals;

constexpr std::size_t message_bytes_max = 1 << 30;
constexpr std::size_t answer_bytes_max = 1024;

std::string alphabet(std::size_t bytes) {
  std::string text(bytes, '\0');
  for (std::size_t i = 0; i < bytes; ++i)
    text[i] = static_cast<char>('A' + i % 26);
  return text;
}

int main(int argc, char** argv) {
  std::size_t bytes = 500'000;
  bool interruptions = false, no_shutdown = false;
  const auto options =
      parse_options(argc, argv, {.port = 9999},
                    {{"--bytes", &bytes, "Taille du message, en octets"},
                     {"--interruptions", &interruptions, "Interrompt send par des signaux"},
                     {"--no-shutdown", &no_shutdown, "N'annonce pas la fin du message"}});
  if (bytes > message_bytes_max) {
    warn("Erreur : --bytes va de 0 à {}.", message_bytes_max);
    return 2;
  }

  const net::Stream server = net::Stream::connect(net::resolve(options.host, options.port).front());
  const std::string message = alphabet(bytes);

  if (interruptions) interrupt_every(200us);
  const Sent sent = send_all(server.fd(), message);
  interrupt_every(0us);
  if (sent.outcome == Outcome::connection_lost) {
    warn("Le serveur a coupé la connexion au milieu du message.");
    return 1;
  }
  say("Envoyé : {} octets, empreinte {}", sent.bytes, fingerprint(message));
  say("Appels à send : {}, dont {} interrompus (EINTR)", sent.calls, sent.interruptions);

  // ENOTCONN: the server has cut the connection meanwhile; recv will tell.
  if (!no_shutdown && shutdown(server.fd(), SHUT_WR) == -1 && errno != ENOTCONN)
    net::throw_system_error("shutdown");

  const Received answer = receive_all(server.fd(), answer_bytes_max);
  if (answer.outcome == Outcome::too_long) {
    warn("La réponse du serveur dépasse {} octets.", answer_bytes_max);
    return 1;
  }
  if (answer.outcome == Outcome::connection_lost || answer.bytes.empty()) {
    warn("Le serveur a coupé la connexion sans répondre.");
    return 1;
  }
  say("Réponse du serveur : {}", answer.bytes);
}
