// Point:  the sender knows nothing of the reader's buffer: one send, cut as the server likes.
// New:    nothing; all of it has been seen.
// Kept:   connect from lesson 01, send_all from lesson 03.
// Try:    client "Bonjour à tous"; client "été" when the server was started with --buffer 2.

#include <string>

#include "console.hpp"
#include "net/stream.hpp"
#include "options.hpp"

using namespace prise;

int main(int argc, char** argv) {
  std::string text = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const auto options =
      parse_options(argc, argv, {.port = 9999}, {{"text", &text, "Le texte à envoyer"}});

  net::Stream server = net::Stream::connect(net::resolve(options.host, options.port).front());
  server.send_all(text);
}
