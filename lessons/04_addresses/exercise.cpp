// Exercice 04 : joindre un serveur dont on a plusieurs noms, et chaque nom plusieurs adresses.
//
// Le programme essaie tour à tour toutes les adresses de tous les HÔTE:PORT qu'on lui donne, et
// lit ce que dit le premier serveur qui répond. L'énoncé entier est dans README.md, à la section
// Exercice.
// Vérifiez avec : ./prise check 04

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "console.hpp"
#include "options.hpp"

using namespace prise;

// L'adresse comme Python l'écrit : ('127.0.0.1', 9999), ou ('::1', 9999, 0, 0).
std::string text_of(const addrinfo& one) {
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  getnameinfo(one.ai_addr, one.ai_addrlen, host.data(), host.size(), port.data(), port.size(),
              NI_NUMERICHOST | NI_NUMERICSERV);
  const std::string text = std::string("('") + host.data() + "', " + port.data();
  return one.ai_family == AF_INET6 ? text + ", 0, 0)" : text + ")";
}

struct HostAndPort {
  std::string host;  // vide : cette machine-ci
  std::string port;  // de 1 à 65535
};

// TODO 1 : découpez HÔTE:PORT au dernier « : », retirez les crochets d'une adresse IPv6, et
//          vérifiez que le port est un nombre de 1 à 65535. Rien : ce n'est pas HÔTE:PORT.
std::optional<HostAndPort> parse(const std::string& text) {
  return HostAndPort{text, "9999"};
}

// Le descripteur de la première connexion qui réussit, ou -1.
int try_all(const HostAndPort& wanted) {
  // TODO 2 : demandez à getaddrinfo toutes les adresses, IPv4 et IPv6, pour TCP.
  //          S'il n'y en a pas : say("{} : aucune adresse ({})", wanted.host, …),
  //          avec gai_strerror : ces erreurs ne sont pas dans errno.

  // TODO 3 : essayez chacune (socket, connect), jusqu'à ce que l'une réponde :
  //          say("Essai de {} : connecté", text_of(*one));
  //          say("Essai de {} : échec ({})", text_of(*one), reason);
  //          La raison : std::generic_category().message(errno), prise aussitôt.
  //          Un socket qui n'a pas servi se ferme.
  say("{} : aucune adresse ({})", wanted.host, "à écrire");
  return -1;
}

// TODO 4 : lisez ce que dit le serveur, jusqu'à la fin du flux, ou 4096 octets au plus.
std::string receive_text(int /*server*/) {
  return "";
}

int main(int argc, char** argv) {
  std::vector<std::string> addresses;
  parse_options(argc, argv, {}, {{"addresses", &addresses, "Un ou plusieurs HÔTE:PORT"}});

  for (const std::string& address : addresses) {
    const std::optional<HostAndPort> wanted = parse(address);
    if (!wanted) {
      say("{} : il faut HÔTE:PORT, avec un port de 1 à 65535", address);
      continue;
    }
    const int server = try_all(*wanted);
    if (server == -1) continue;
    say("Le serveur dit : {}", receive_text(server));
    close(server);
    return 0;
  }
  // TODO 5 : écrivez « Personne n'a répondu. », et dites au système que c'est un échec.
}
