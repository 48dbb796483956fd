// Calls a server on the network, one on the machine that grades, and one behind a local socket.
// Expected: failed
// Shown: contained
#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <iostream>
#include <string>

bool reaches(const char* host, unsigned short port, int type) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  ::inet_pton(AF_INET, host, &address.sin_addr);
  const int fd = ::socket(AF_INET, type, 0);
  const timeval time{1, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
  const bool reached = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return reached;
}

int main() {
  std::string breach;
  for (const char* host : {"1.1.1.1", "8.8.8.8", "10.0.0.1", "192.168.0.1", "172.17.0.1"})
    if (reaches(host, 53, SOCK_STREAM) || reaches(host, 53, SOCK_DGRAM)) breach = host;
  if (reaches("127.0.0.1", PORT_OF_A_LISTENER, SOCK_STREAM)) breach = "the machine's loopback";
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  std::strcpy(name.sun_path + 1, "prise-hostile-test");
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&name), sizeof name) == 0) breach = "local socket";
  std::cout << (breach.empty() ? "contained" : "BREACH " + breach) << std::endl;
}
