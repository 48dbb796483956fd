// Mistake: the argument is cut at its first colon, which is inside an IPv6 address.
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

bool is_port(const std::string& text) {
  const bool digits = !text.empty() && text.size() <= 5 &&
                      text.find_first_not_of("0123456789") == std::string::npos;
  return digits && std::stoul(text) >= 1 && std::stoul(text) <= 65535;
}

// Rien quand ce n'est pas HÔTE:PORT. Une adresse IPv6 contient des « : », d'où ses crochets.
std::optional<HostAndPort> parse(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos || !is_port(text.substr(colon + 1))) return std::nullopt;
  HostAndPort result{text.substr(0, colon), text.substr(colon + 1)};
  if (result.host.starts_with('[') && result.host.ends_with(']'))
    result.host = result.host.substr(1, result.host.size() - 2);
  else if (result.host.find(':') != std::string::npos)
    return std::nullopt;
  return result;
}

// Le descripteur d'une connexion, ou -1.
int try_address(const addrinfo& one) {
  const int server = socket(one.ai_family, SOCK_STREAM, 0);
  if (server != -1 && connect(server, one.ai_addr, one.ai_addrlen) == 0) {
    say("Essai de {} : connecté", text_of(one));
    return server;
  }
  const int error = errno;  // close pourrait le changer
  if (server != -1) close(server);
  say("Essai de {} : échec ({})", text_of(one), std::generic_category().message(error));
  return -1;
}

// Le descripteur de la première connexion qui réussit, ou -1.
int try_all(const HostAndPort& wanted) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int code = getaddrinfo(wanted.host.empty() ? nullptr : wanted.host.c_str(),
                               wanted.port.c_str(), &hints, &found);
  if (code != 0) {
    say("{} : aucune adresse ({})", wanted.host, gai_strerror(code));
    return -1;
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next)
    if (const int server = try_address(*one); server != -1) return server;
  return -1;
}

// Jusqu'à la fin du flux, et jusqu'à la limite.
std::string receive_text(int server) {
  constexpr std::size_t text_bytes_max = 4096;
  std::array<char, text_bytes_max> buffer;
  std::string text;
  while (text.size() < text_bytes_max) {
    const ssize_t count = recv(server, buffer.data(), text_bytes_max - text.size(), 0);
    if (count <= 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return text;
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
  say("Personne n'a répondu.");
  return 1;
}
