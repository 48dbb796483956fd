// Mistake: printf, whose lines wait in a buffer when the output is no terminal.
// Seen from outside it is the same silence as port_not_written's: the check names both.
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <string>
#include <string_view>

#include "console.hpp"
#include "net/error.hpp"
#include "net/socket.hpp"
#include "options.hpp"

using namespace prise;

// Faux : le client est parti.
bool send_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (count == -1) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

bool send_times(int fd, std::string_view text, std::size_t times) {
  for (std::size_t i = 0; i < times; ++i)
    if (!send_all(fd, text)) return false;
  return true;
}

// Fermer avec des octets jamais lus coupe brutalement le client, qui peut perdre la fin du texte.
void throw_away_what_came(int fd) {
  std::array<char, 65536> rest;
  (void)recv(fd, rest.data(), rest.size(), MSG_DONTWAIT);  // sans attendre : il peut se taire
}

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
  if (options.port == 0) std::printf("Port : %d\n", listener.local_address().port());

  for (std::size_t number = 1; number <= clients;) {
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    const net::Socket client(accept(listener.fd(), reinterpret_cast<sockaddr*>(&peer), &size));
    if (!client.is_open()) {
      if (errno == ECONNABORTED || errno == EINTR) continue;  // reparti pendant qu'il attendait
      net::throw_system_error("accept");
    }
    say("Client {} : {}", number, net::Address(reinterpret_cast<sockaddr*>(&peer), size));

    if (send_times(client.fd(), text, times)) {
      say("Client {} : {} octets envoyés", number, text.size() * times);
      throw_away_what_came(client.fd());
    } else {
      say("Client {} : parti trop tôt", number);
    }
    ++number;
  }  // client se ferme ici, à la fin de chaque tour
}
