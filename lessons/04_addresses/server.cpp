// Point:  the address a server binds decides who can reach it: this machine, or everybody.
// New:    getaddrinfo, IPv6, dual stack (IPV6_V6ONLY), getnameinfo to print any address.
// Kept:   socket, bind, listen and accept, raw again as in lesson 01: their addresses have changed.
// Try:    --host 0.0.0.0, ::, ::1, localhost; each time look at `ss -tln`.

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <memory>
#include <string>

#include "console.hpp"
#include "net/error.hpp"
#include "net/socket.hpp"
#include "options.hpp"

using namespace prise;

std::uint16_t port_of(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET6)
    return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
  return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

// As Python prints it. getnameinfo(3) is getaddrinfo's way back, for IPv4 and IPv6 alike.
std::string text_of(const sockaddr_storage& address, socklen_t size) {
  std::array<char, NI_MAXHOST> host{};
  getnameinfo(reinterpret_cast<const sockaddr*>(&address), size, host.data(), host.size(), nullptr,
              0, NI_NUMERICHOST);
  const std::string host_and_port =
      std::string("('") + host.data() + "', " + std::to_string(port_of(address));
  if (address.ss_family != AF_INET6) return host_and_port + ")";
  const auto& ipv6 = reinterpret_cast<const sockaddr_in6&>(address);
  return host_and_port + ", " + std::to_string(ntohl(ipv6.sin6_flowinfo)) + ", " +
         std::to_string(ipv6.sin6_scope_id) + ")";
}

int main(int argc, char** argv) {
  bool only_ipv6 = false;
  const auto options =
      parse_options(argc, argv, {.port = 9999, .names = Names::as_typed},
                    {{"--only-ipv6", &only_ipv6, "Avec --host ::, refuse les clients IPv4"}});

  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;      // IPv4 or IPv6, as the name says
  hints.ai_socktype = SOCK_STREAM;  // otherwise each address comes three times: TCP, UDP, raw
  hints.ai_flags = AI_PASSIVE;      // to listen: no name means every interface
  addrinfo* found = nullptr;
  const int code = getaddrinfo(options.host.empty() ? nullptr : options.host.c_str(),
                               std::to_string(options.port).c_str(), &hints, &found);
  if (code != 0) {  // not an errno: these errors have a list of their own
    warn("Erreur : « {} » : ce nom ne mène à aucune adresse ({}). Vérifiez --host.", options.host,
         gai_strerror(code));
    return 1;
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);

  const net::Socket listener(net::checked(socket(found->ai_family, SOCK_STREAM, 0), "socket"));
  const int on = 1;  // the port can be taken again at once after us: lesson 09 tells why
  net::checked(setsockopt(listener.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), "setsockopt");
  if (found->ai_family == AF_INET6) {
    // 0: "::" takes IPv4 clients too (dual stack). The default differs between machines: ipv6(7).
    const int v6only = only_ipv6 ? 1 : 0;
    net::checked(setsockopt(listener.fd(), IPPROTO_IPV6, IPV6_V6ONLY, &v6only, sizeof v6only),
                 "setsockopt IPV6_V6ONLY");
  }
  if (bind(listener.fd(), found->ai_addr, found->ai_addrlen) == -1)
    net::throw_system_error("bind " + options.host + ", port " + std::to_string(options.port));
  net::checked(listen(listener.fd(), SOMAXCONN), "listen");

  sockaddr_storage address{};  // large enough for an address of any family
  socklen_t size = sizeof address;
  net::checked(getsockname(listener.fd(), reinterpret_cast<sockaddr*>(&address), &size),
               "getsockname");
  say_chosen_port(options, port_of(address));
  say("Serveur en écoute sur le port {}...", port_of(address));
  say("Adresse d'écoute : {}", text_of(address, size));

  sockaddr_storage peer{};
  size = sizeof peer;
  const net::Socket client(
      net::checked(accept(listener.fd(), reinterpret_cast<sockaddr*>(&peer), &size), "accept"));
  say("Connexion reçue de {}", text_of(peer, size));
}
