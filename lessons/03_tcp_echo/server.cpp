// Point:  a connection goes both ways: what arrives may be answered on the same socket.
// New:    a request and its reply, one recv and one send on each side.
// Kept:   one recv and one send (lesson 02), now receive_some and send_some of net::Stream.
// Try:    connect with nc and type nothing: who waits for whom?

#include <span>
#include <string_view>

#include "console.hpp"
#include "net/stream.hpp"
#include "options.hpp"

using namespace prise;

int main(int argc, char** argv) {
  const auto options = parse_options(argc, argv, {.port = 9999});

  net::Listener listener(net::Address::ipv4(options.host, options.port));
  say_chosen_port(options, listener.address().port());
  say("En attente d'un client...");

  net::Stream client = listener.accept();
  say("Reçu : {}", client.receive_some(1024));

  constexpr std::string_view reply = "Bien reçu, merci !";
  client.send_some(std::as_bytes(std::span(reply)));
}
