// Point:  what goes wrong when one recv is taken for one message.
// New:    nothing: it is lesson 02's recv in a loop, and it looks right until it is tried.
// Kept:   receive_some, one recv (lesson 02).
// Try:    client --burst, then client --cut; then the same with server.

#include <string>

#include "console.hpp"
#include "net/stream.hpp"
#include "options.hpp"

using namespace prise;

constexpr std::size_t chunk_bytes_max = 1024;

int main(int argc, char** argv) {
  const auto options = parse_options(argc, argv, {.port = 9999});

  net::Listener listener(net::resolve(options.host, options.port, net::Purpose::listen).front());
  say_chosen_port(options, listener.address().port());
  say("Serveur en écoute sur le port {}...", listener.address().port());

  net::Stream client = listener.accept();
  for (int number = 1;; ++number) {
    const std::string message = client.receive_some(chunk_bytes_max);  // a message? No: some bytes
    if (message.empty()) break;
    say("Message {} : {}", number, message);
  }
}
