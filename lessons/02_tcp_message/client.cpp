// Point:  send takes bytes; a std::string already holds them, encoded in UTF-8.
// New:    send: where the bytes are, how many there are, how many the kernel took.
// Kept:   lesson 01's socket and connect, now inside net::Stream.
// Try:    give it a text of your own: client "Ça va ?" has seven characters and eight bytes.

#include <sys/socket.h>

#include <string>

#include "console.hpp"
#include "net/error.hpp"
#include "net/stream.hpp"
#include "options.hpp"

using namespace prise;

int main(int argc, char** argv) {
  std::string text = "Salut le serveur !";
  const auto options =
      parse_options(argc, argv, {.port = 9999}, {{"text", &text, "Le message à envoyer"}});

  const net::Stream server = net::Stream::connect(net::Address::ipv4(options.host, options.port));

  // size() counts bytes, not characters. Lesson 03 tells what MSG_NOSIGNAL is for, and what to do
  // when the kernel takes fewer bytes than it is given.
  const ssize_t count = send(server.fd(), text.data(), text.size(), MSG_NOSIGNAL);
  if (count == -1) net::throw_system_error("send");
}
