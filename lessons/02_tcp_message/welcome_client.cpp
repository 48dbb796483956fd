// Point:  a client may well say nothing and only listen.
// New:    nothing; the same recv as server.cpp's, from the other side.
// Kept:   net::Stream, recv.
// Try:    against lesson 01's server, which closes without a word: --port 9999

#include <sys/socket.h>

#include <array>
#include <string_view>

#include "console.hpp"
#include "net/error.hpp"
#include "net/stream.hpp"
#include "options.hpp"

using namespace prise;

int main(int argc, char** argv) {
  const auto options = parse_options(argc, argv, {.port = 12345});

  const net::Stream server = net::Stream::connect(net::Address::ipv4(options.host, options.port));

  std::array<char, 1024> buffer;
  const ssize_t count = recv(server.fd(), buffer.data(), buffer.size(), 0);
  if (count == -1) net::throw_system_error("recv");
  say("Message reçu : {}", std::string_view(buffer.data(), static_cast<std::size_t>(count)));
}
