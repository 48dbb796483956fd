// Exercice 03 : un écho qui ne perd pas un octet, pas même avec un client lent.
//
// Le serveur renvoie à chaque client tout ce qu'il en reçoit, au fur et à mesure, puis lui en
// écrit le total. L'énoncé entier est dans README.md, à la section Exercice.
// Vérifiez avec : ./prise check 03

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

//[solution]
// Faux : le client est parti.
bool send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count == -1) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

// Renvoie tout jusqu'à la fin du flux, et compte dans total. Faux : le client est parti avant.
bool echo(int fd, std::size_t& total) {
  std::array<char, 65536> buffer;
  while (true) {
    const ssize_t count = recv(fd, buffer.data(), buffer.size(), 0);
    if (count == -1) return false;
    if (count == 0) return true;
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(count));
    if (!send_all(fd, bytes)) return false;
    total += bytes.size();
  }
}

//[starter]
//|// Renvoie tout jusqu'à la fin du flux, et compte dans total. Faux : le client est parti avant.
//|bool echo(int fd, std::size_t& total) {
//|  std::array<char, 65536> buffer;
//|  // TODO 1 : recv remplit tout ou partie de buffer, et dit combien d'octets il y a mis.
//|  //          -1 : le client est perdu ; 0 : il a fini. Sinon, ces octets sont à renvoyer.
//|  const ssize_t count = recv(fd, buffer.data(), buffer.size(), 0);
//|
//|  // TODO 2 : send peut n'en prendre qu'une partie. Renvoyez le reste, jusqu'au dernier octet,
//|  //          et n'oubliez pas qu'un client parti ne doit pas tuer le programme.
//|
//|  // TODO 3 : recommencez jusqu'à la fin du flux, et comptez dans total ce qui est renvoyé.
//|  return count == 0 && total == 0;
//|}
//|
//[end]
int main(int argc, char** argv) {
  std::size_t clients = 3;
  const auto options = parse_options(argc, argv, {.port = 9999},
                                     {{"--clients", &clients, "Combien de clients servir"}});

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

    std::size_t total = 0;
    //[solution]
    const bool whole = echo(client.fd(), total) &&
                       send_all(client.fd(), "Total : " + std::to_string(total) + " octets\n");
    //[starter]
    //|    const bool whole = echo(client.fd(), total);
    //|    // TODO 4 : le client n'envoie plus rien, mais il lit encore. S'il est toujours là,
    //|    //          envoyez-lui la ligne « Total : N octets », terminée par '\n'.
    //[end]
    if (whole)
      say("Client {} : {} octets renvoyés", number, total);
    else
      say("Client {} : connexion perdue", number);
    ++number;
  }  // client se ferme ici, à la fin de chaque tour
}
