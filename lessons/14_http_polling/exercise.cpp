// Exercice 14 : un serveur HTTP qui sert un texte, et qui répond aussi à ce qu'il refuse.
//
// GET / donne le texte de --text, avec sa longueur exacte ; tout le reste reçoit le statut qui
// convient. L'énoncé entier est dans README.md, à la section « Exercice ». Vérifiez avec :
// ./prise check 14

#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "console.hpp"
#include "net/stream.hpp"
#include "options.hpp"

using namespace prise;

constexpr std::size_t head_bytes_max = 8192;  // la ligne vide comprise

// Ce qui suit la réponse : une autre requête, ou la fin.
enum class Then { keep_open, close };

struct Reply {
  std::string status;  // "404 Not Found"
  Then then = Then::close;
  std::string fields = {};  // des en-têtes de plus, chacun avec son CR LF
  std::string body = {};
};

// Ferme sans rien perdre : fermer sur des octets jamais lus couperait brutalement le client, qui
// n'aurait peut-être pas encore sa réponse (exercice 02).
void part_from(net::Stream& client) {
  client.shutdown_sending();
  const timeval patience{1, 0};
  setsockopt(client.fd(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  for (int i = 0; i < 256 && !client.receive_some(65536).empty(); ++i) {
  }
}

// TODO 1 : lisez jusqu'à la ligne vide ("\r\n\r\n"), en autant de receive_some qu'il faut. Ce qui
//          la suit est le début de la requête suivante : gardez-le.
// TODO 2 : une tête trop longue se refuse dès que head_bytes_max octets sont là sans ligne vide :
//          431. Une ligne finie par '\n' sans '\r' se refuse aussitôt aussi : 400.
// TODO 3 : découpez la première ligne en trois mots, puis chaque en-tête au ':'. Les noms se
//          comparent sans les majuscules (strncasecmp). Choisissez le statut : le tableau de
//          l'énoncé, de haut en bas.
// TODO 4 : toutes les réponses portent Content-Length, en octets, et chaque ligne de la tête
//          finit par "\r\n". say("Réponse : {}", reply.status); avant de l'envoyer.
// TODO 5 : recommencez, sauf si reply.then est Then::close : part_from(client), et c'est fini.
void serve(net::Stream& client, const std::string& text) {
  client.receive_some(head_bytes_max);
  const Reply reply{"200 OK", Then::close, "", text};
  say("Réponse : {}", reply.status);
  client.send_all("HTTP/1.1 " + reply.status + "\n\n" + reply.body);
  part_from(client);
}

// --- À partir d'ici, rien à changer.

int main(int argc, char** argv) {
  std::string text = "Bientôt l'été !";
  const auto options =
      parse_options(argc, argv, {.port = 8765}, {{"--text", &text, "Le texte que donne GET /"}});

  net::Listener listener(net::resolve(options.host, options.port, net::Purpose::listen).front());
  say_chosen_port(options, listener.address().port());
  say("Serveur HTTP en écoute sur le port {}...", listener.address().port());

  while (true) {
    net::Stream client = listener.accept();
    try {
      serve(client, text);
    } catch (const std::system_error&) {  // un client qui disparaît ne prive pas le suivant
    }
  }
}
