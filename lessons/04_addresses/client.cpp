// Point:  a name stands for several addresses; a client tries them one after the other.
// New:    getaddrinfo and its list; IPv6; the order of the bytes in a port.
// Kept:   socket and connect, raw again as in lesson 01.
// Try:    --list with the name of a web site you know: how many addresses has it?

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <bit>
#include <cerrno>
#include <memory>
#include <string>
#include <system_error>

#include "console.hpp"
#include "explain.hpp"
#include "net/error.hpp"
#include "net/socket.hpp"
#include "options.hpp"

using namespace prise;

// As Python prints it; getnameinfo(3) writes numeric addresses of both families.
std::string text_of(const addrinfo& one) {
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  getnameinfo(one.ai_addr, one.ai_addrlen, host.data(), host.size(), port.data(), port.size(),
              NI_NUMERICHOST | NI_NUMERICSERV);
  const std::string host_and_port = std::string("('") + host.data() + "', " + port.data();
  if (one.ai_family != AF_INET6) return host_and_port + ")";
  const auto& ipv6 = *reinterpret_cast<const sockaddr_in6*>(one.ai_addr);
  return host_and_port + ", " + std::to_string(ntohl(ipv6.sin6_flowinfo)) + ", " +
         std::to_string(ipv6.sin6_scope_id) + ")";
}

std::string bytes_of(std::uint16_t number) {
  const auto bytes = std::bit_cast<std::array<unsigned char, 2>>(number);
  return fmt::format("{:02x} {:02x}", bytes[0], bytes[1]);
}

// Is there a server at this address?
bool answers(const addrinfo& one) {
  const net::Socket server(net::checked(socket(one.ai_family, SOCK_STREAM, 0), "socket"));
  if (connect(server.fd(), one.ai_addr, one.ai_addrlen) == 0) return true;
  const std::system_error error(errno, std::generic_category(), "connect " + text_of(one));
  say("{}", explain(error));
  return false;
}

int main(int argc, char** argv) {
  bool list = false;
  const auto options =
      parse_options(argc, argv, {.port = 9999, .names = Names::as_typed},
                    {{"--list", &list, "Montre les adresses et les octets du port, sans plus"}});

  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;      // IPv4 and IPv6
  hints.ai_socktype = SOCK_STREAM;  // otherwise each address comes three times: TCP, UDP, raw
  addrinfo* found = nullptr;
  const int code = getaddrinfo(options.host.empty() ? nullptr : options.host.c_str(),
                               std::to_string(options.port).c_str(), &hints, &found);
  if (code != 0) {  // not an errno: these errors have a list of their own
    warn("Erreur : « {} » : ce nom ne mène à aucune adresse ({}). Vérifiez --host.", options.host,
         gai_strerror(code));
    return 1;
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);

  for (const addrinfo* one = found; one != nullptr; one = one->ai_next)
    say("Adresse trouvée : {}", text_of(*one));
  if (list) {
    say("Le port {} en mémoire : {} dans l'ordre de cette machine, {} dans celui du réseau",
        options.port, bytes_of(options.port), bytes_of(htons(options.port)));
    return 0;
  }

  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    if (!answers(*one)) continue;
    say("Connecté au serveur ! {} a répondu.", text_of(*one));
    return 0;
  }
  warn("Erreur : aucune des adresses trouvées n'a répondu.");
  return 1;
}
