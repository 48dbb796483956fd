// Point:  a client that types and shows what arrives, to try a server of many.
// New:    ask waits for the keyboard and for the server at once, so one thread is enough here.
// Kept:   Stream::connect; the half-close of lesson 07 when there is nothing more to say.
// Try:    Ctrl-D; then Ctrl-C on the server, while this one waits.

#include <string>

#include "console.hpp"
#include "net/stream.hpp"
#include "options.hpp"

using namespace prise;

// False: the end of the stream.
bool show_message(net::Stream& server) {
  const std::string message = server.receive_some(1024);
  if (!message.empty()) say("Serveur : {}", message);
  return !message.empty();
}

int main(int argc, char** argv) {
  const auto options = parse_options(argc, argv, {.port = 12345});

  net::Stream server = net::Stream::connect(net::resolve(options.host, options.port).front());
  const CtrlC ctrl_c;
  say("Connecté au serveur !");

  while (true) {
    const Answer typed = ask("", server.fd());
    if (typed.kind == AnswerKind::readable) {
      if (!show_message(server)) {
        say("Le serveur a fermé la connexion.");
        return 0;
      }
    } else if (typed) {
      server.send_all(typed.line);
    } else {
      break;  // Ctrl-D, Ctrl-C
    }
  }

  server.shutdown_sending();  // the server reads an end of stream, and closes; until then it may
                              // answer
  while (ctrl_c.wait_until_readable(server.fd()) && show_message(server)) {
  }
  say("Connexion terminée.");
}
