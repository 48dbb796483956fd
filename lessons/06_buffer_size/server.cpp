// Point:  recv(n) gives at most n bytes; what does not fit waits in the kernel for the next recv.
// New:    the size of the buffer, and a loop that ends with the stream (recv gives 0).
// Kept:   the listener of lesson 01, the raw recv of lesson 02, names from lesson 04.
// Try:    --buffer 4, --buffer 100; then `nc 127.0.0.1 9999` as the client, line by line.

#include <sys/socket.h>

#include <cstddef>
#include <string_view>
#include <vector>

#include "console.hpp"
#include "net/error.hpp"
#include "net/stream.hpp"
#include "options.hpp"

using namespace prise;

constexpr std::size_t buffer_bytes_max = 1 << 20;

int main(int argc, char** argv) {
  std::size_t buffer_bytes = 10;
  const auto options = parse_options(argc, argv, {.port = 9999},
                                     {{"--buffer", &buffer_bytes, "Taille du tampon, en octets"}});
  // A recv of 0 bytes can only give 0: it could not be told from the end of the stream.
  if (buffer_bytes == 0 || buffer_bytes > buffer_bytes_max) {
    warn("Erreur : --buffer va de 1 à {} octets.", buffer_bytes_max);
    return 2;
  }

  net::Listener listener(net::resolve(options.host, options.port, net::Purpose::listen).front());
  say_chosen_port(options, listener.address().port());
  say("Serveur en écoute sur le port {}...", listener.address().port());

  const net::Stream client = listener.accept();
  std::vector<char> buffer(buffer_bytes);
  for (int number = 1;; ++number) {
    const ssize_t count = recv(client.fd(), buffer.data(), buffer.size(), 0);
    if (count == -1) net::throw_system_error("recv");
    if (count == 0) break;  // the end of the stream is not an empty chunk

    // Only the first count bytes are of this recv: what follows is left from the one before.
    const std::string_view chunk(buffer.data(), static_cast<std::size_t>(count));
    say("Chunk {} : {}", number, chunk);
  }
}
