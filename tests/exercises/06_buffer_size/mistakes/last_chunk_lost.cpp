// Mistake: the chunk that is not full when the stream ends is not shown.
#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <string_view>
#include <vector>

#include "console.hpp"
#include "net/address.hpp"
#include "net/error.hpp"
#include "net/socket.hpp"
#include "options.hpp"

using namespace prise;

constexpr std::size_t buffer_bytes_max = 1 << 20;

// socket, bind et listen, comme à la leçon 01.
net::Socket listen_on(const Options& options) {
  const auto address = net::resolve(options.host, options.port, net::Purpose::listen).front();
  net::Socket listener = net::Socket::open(address.family(), SOCK_STREAM);
  listener.bind(address, net::ReuseAddress::yes);
  net::checked(listen(listener.fd(), SOMAXCONN), "listen");
  return listener;
}

int main(int argc, char** argv) {
  std::size_t buffer_bytes = 10;
  const auto options = parse_options(argc, argv, {.port = 9999},
                                     {{"--buffer", &buffer_bytes, "Taille du tampon, en octets"}});
  if (buffer_bytes == 0 || buffer_bytes > buffer_bytes_max) {
    warn("Erreur : --buffer va de 1 à {} octets.", buffer_bytes_max);
    return 2;
  }

  const net::Socket listener = listen_on(options);
  const auto port = listener.local_address().port();
  say_chosen_port(options, port);
  say("Serveur en écoute sur le port {}...", port);
  const net::Socket client(net::checked(accept(listener.fd(), nullptr, nullptr), "accept"));

  std::vector<char> buffer(buffer_bytes);
  std::size_t total = 0;   // octets reçus depuis le début
  std::size_t number = 0;  // morceaux affichés
  std::size_t filled = 0;  // octets du morceau qui se remplit
  while (true) {
    const ssize_t count = recv(client.fd(), buffer.data() + filled, buffer.size() - filled, 0);
    if (count == -1 && errno == EINTR) continue;
    if (count == -1) {
      if (errno != ECONNRESET) net::throw_system_error("recv");
      say("Le client a coupé la connexion après {} octets.", total);
      return 1;
    }
    filled += static_cast<std::size_t>(count);
    total += static_cast<std::size_t>(count);
    // Un morceau part quand il est plein ; le dernier, s'il y en a un, à la fin du flux.
    if (filled == buffer.size()) {
      say("Chunk {} : {}", ++number, std::string_view(buffer.data(), filled));
      filled = 0;
    }
    if (count == 0) break;
  }
  say("Octets : {}, chunks : {}", total, number);
}
