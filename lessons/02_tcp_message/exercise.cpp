// Exercice 02 : souhaiter la bienvenue à plusieurs clients, même pressés, même bavards.
//
// Le programme envoie --text à chaque client (--times fois), ferme, et passe au suivant.
// L'énoncé entier est dans README.md, à la section Exercice.
// Vérifiez avec : ./prise check 02

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <string>
#include <string_view>

#include "console.hpp"
#include "net/error.hpp"
#include "net/socket.hpp"
#include "options.hpp"

using namespace prise;

int main(int argc, char** argv) {
  std::string text = "Bienvenue sur le serveur !";
  std::size_t clients = 3;
  std::size_t times = 1;
  const auto options = parse_options(argc, argv, {.port = 12345},
                                     {{"--text", &text, "Le texte de bienvenue"},
                                      {"--times", &times, "Combien de fois l'envoyer à chacun"},
                                      {"--clients", &clients, "Combien de clients servir"}});

  net::Socket listener = net::Socket::open(AF_INET, SOCK_STREAM);
  listener.bind(net::Address::ipv4(options.host, options.port), net::ReuseAddress::yes);
  net::checked(listen(listener.fd(), SOMAXCONN), "listen");
  say_chosen_port(options, listener.local_address().port());

  for (std::size_t number = 1; number <= clients;) {
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    const net::Socket client(accept(listener.fd(), reinterpret_cast<sockaddr*>(&peer), &size));
    if (!client.is_open()) {
      if (errno == ECONNABORTED || errno == EINTR) continue;  // reparti pendant qu'il attendait
      net::throw_system_error("accept");
    }
    say("Client {} : {}", number, net::Address(reinterpret_cast<sockaddr*>(&peer), size));

    // TODO 1 : envoyez text au client, times fois (send). Combien d'octets a-t-il ?

    // TODO 2 : un client peut partir sans attendre. send échoue alors (-1) :
    //          écrivez « Client 1 : parti trop tôt », et servez le suivant.

    // TODO 3 : écrivez le vrai nombre d'octets envoyés, à la place de 0.
    say("Client {} : {} octets envoyés", number, 0);

    // TODO 4 : le client a pu parler le premier. Lisez et jetez ce qui est déjà arrivé,
    //          sans attendre (recv avec MSG_DONTWAIT) : fermer sans lire le couperait.
    ++number;
  }  // client se ferme ici, à la fin de chaque tour
}
