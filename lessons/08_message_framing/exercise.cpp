// Exercice 08 : des messages précédés de leur longueur, dans les deux sens, et une limite.
//
// Quatre octets, le plus fort d'abord, disent combien d'octets fait le message ; le serveur répond
// de la même façon, avec le numéro du message devant. L'énoncé entier est dans README.md, à la
// section « Exercice ». Vérifiez avec : ./prise check 08

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include "console.hpp"
#include "net/stream.hpp"
#include "options.hpp"

using namespace prise;

constexpr std::size_t message_bytes_max = 65536;  // sans le préfixe
constexpr std::size_t prefix_bytes = 4;

// TODO 1 : lisez les quatre octets du préfixe, tous les quatre (client.receive_exactly), et
//          faites-en une longueur : le premier octet est le plus fort. Rien reçu : le client est
//          parti ; un, deux ou trois octets : son message est inachevé.
//          say("Client parti. Messages : {}", …);
//          say("Message inachevé : connexion fermée.");
// TODO 2 : la longueur dépasse message_bytes_max ? Dites-le, puis return, avant de rien réserver
//          ni lire de plus : main ferme la connexion.
//          say("Message de {} octets, {} au plus : connexion fermée.", …, message_bytes_max);
// TODO 3 : lisez exactement autant d'octets que la longueur le dit ; zéro est permis.
// TODO 4 : répondez « numéro, espace, message », précédé de sa propre longueur.
// TODO 5 : recommencez jusqu'au départ du client.
void serve(net::Stream& client) {
  const std::string message = client.receive_some(message_bytes_max + prefix_bytes);
  say("Message {} : {} octets", 1, message.size());
  client.send_all("1 " + message);
}

// --- À partir d'ici, rien à changer.

int main(int argc, char** argv) {
  const auto options = parse_options(argc, argv, {.port = 9999});

  net::Listener listener(net::resolve(options.host, options.port, net::Purpose::listen).front());
  say_chosen_port(options, listener.address().port());
  say("Serveur en écoute sur le port {}...", listener.address().port());

  while (true) {
    net::Stream client = listener.accept();
    say("Connexion de {}", client.peer());
    try {
      serve(client);
    } catch (const std::system_error& error) {  // un client qui disparaît ne prive pas le suivant
      const bool gone =
          error.code() == std::errc::connection_reset || error.code() == std::errc::broken_pipe;
      if (!gone) throw;
      say("Le client a coupé la connexion.");
    }
  }
}
