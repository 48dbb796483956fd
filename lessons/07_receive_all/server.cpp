// Point:  a whole message is a loop: read until the stream ends, and keep what every read gave.
// New:    receive_all and its limit, EINTR (transfer.hpp); an answer after the client's half-close.
// Kept:   the listener of lesson 01, names from lesson 04, chunks from lesson 06.
// Try:    --bytes-max 1000; --interruptions; `head -c 1000000 /dev/zero | nc -N 127.0.0.1 9999`.

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

int main(int argc, char** argv) {
  std::size_t bytes_max = 64 << 20;
  bool interruptions = false;
  const auto options =
      parse_options(argc, argv, {.port = 9999},
                    {{"--bytes-max", &bytes_max, "Refuse un message plus long, en octets"},
                     {"--interruptions", &interruptions, "Interrompt recv par des signaux"}});

  net::Listener listener(net::resolve(options.host, options.port, net::Purpose::listen).front());
  say_chosen_port(options, listener.address().port());
  say("Serveur en écoute sur le port {}...", listener.address().port());

  const net::Stream client = listener.accept();
  say("Connexion de {}", client.peer());

  if (interruptions) interrupt_every(200us);
  const Received message = receive_all(client.fd(), bytes_max);
  interrupt_every(0us);

  if (message.outcome == Outcome::too_long) {
    say("Refusé : le message dépasse {} octets.", bytes_max);
    return 0;
  }
  if (message.outcome == Outcome::connection_lost) {
    say("Le client a coupé la connexion après {} octets.", message.bytes.size());
    return 0;
  }
  const std::string print = fingerprint(message.bytes);
  say("Reçu : {} octets, empreinte {}", message.bytes.size(), print);
  say("Appels à recv : {}, dont {} interrompus (EINTR)", message.calls, message.interruptions);

  // The client has closed its half only: ours still carries the answer.
  const std::string answer =
      std::to_string(message.bytes.size()) + " octets bien reçus, empreinte " + print;
  if (send_all(client.fd(), answer).outcome == Outcome::connection_lost)
    say("Le client est parti sans attendre la réponse.");
}
