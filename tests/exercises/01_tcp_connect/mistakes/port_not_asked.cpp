// Mistake: prints the port it asked for, 0, instead of the one it got.
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

  address.sin_port = htons(options.port);
  const int listener = checked(socket(AF_INET, SOCK_STREAM, 0), "socket");
  const int on = 1;
  checked(setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), "setsockopt");
  checked(bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address),
          "bind " + options.host + ":" + std::to_string(options.port));
  checked(listen(listener, SOMAXCONN), "listen");

  socklen_t size = sizeof address;
  checked(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
  say("Port : {}", options.port);

  for (int number = 1; number <= 3; ++number) {
    sockaddr_in peer{};
    size = sizeof peer;
    const int client =
        checked(accept(listener, reinterpret_cast<sockaddr*>(&peer), &size), "accept");
    char host[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &peer.sin_addr, host, sizeof host);
    say("Client {} : ('{}', {})", number, host, ntohs(peer.sin_port));
    close(client);
  }
  close(listener);
}
