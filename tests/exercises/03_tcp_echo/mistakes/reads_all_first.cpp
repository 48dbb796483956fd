// Mistake: waits for the end of the stream before the first byte goes back.
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
  std::string all;
  while (true) {
    const ssize_t count = recv(fd, buffer.data(), buffer.size(), 0);
    if (count == -1) return false;
    if (count == 0) break;
    all.append(buffer.data(), static_cast<std::size_t>(count));
  }
  total = all.size();
  return send_all(fd, all);
}

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
    const bool whole = echo(client.fd(), total) &&
                       send_all(client.fd(), "Total : " + std::to_string(total) + " octets\n");
    if (whole)
      say("Client {} : {} octets renvoyés", number, total);
    else
      say("Client {} : connexion perdue", number);
    ++number;
  }  // client se ferme ici, à la fin de chaque tour
}
