// Exercice 01 : accueillir trois clients, l'un après l'autre, sur un port que le système choisit.
//
// Le programme écrit « Port : N », puis pour chaque client « Client 1 : ('127.0.0.1', 52314) »,
// ferme la connexion, et se termine après le troisième. L'énoncé entier est dans README.md, «
// Exercice ». Vérifiez avec : ./prise check 01

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>

#include "console.hpp"
#include "options.hpp"

using namespace prise;

// Un appel système qui échoue rend -1 et laisse la raison dans errno.
int checked(int result, const std::string& call) {
  if (result == -1) throw std::system_error(errno, std::generic_category(), call);
  return result;
}

int main(int argc, char** argv) {
  const auto options = parse_options(argc, argv, {.port = 0});

  sockaddr_in address{};
  address.sin_family = AF_INET;
  if (inet_pton(AF_INET, options.host.c_str(), &address.sin_addr) != 1)
    throw std::invalid_argument("ipv4 " + options.host);

  // TODO 1 : mettez le port dans l'adresse (sin_port), dans l'ordre des octets du réseau.

  // TODO 2 : socket, puis setsockopt avec SO_REUSEADDR, bind et listen ;
  //          chacun passe par checked, comme dans server.cpp.

  // TODO 3 : demandez au système quel port il a choisi (getsockname),
  //          et écrivez-le à la place de 0.
  say("Port : {}", 0);

  // TODO 4 : trois fois de suite : accept, écrire l'adresse du client, close.
  //          say("Client {} : ('{}', {})", number, host, port);
}
