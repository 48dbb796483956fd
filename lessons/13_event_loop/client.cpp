// Point:  the client, too, waits for two things at once in one thread: the keyboard and the server.
// New:    nothing: ask has been a small event loop since lesson 09.
// Kept:   one recv, one message, as the notes' wire has it.
// Try:    Ctrl-Z, while the others speak a lot; then fg. Kill the server.

#include <string>
#include <system_error>

#include "console.hpp"
#include "net/stream.hpp"
#include "options.hpp"

using namespace prise;

// False when the server has gone.
bool show_message(net::Stream& server) {
  try {
    const std::string message = server.receive_some(1024);
    if (!message.empty()) say("\nMessage reçu : {}", message);
    return !message.empty();
  } catch (const std::system_error&) {  // ECONNRESET: gone, without a word
    return false;
  }
}

bool send_message(net::Stream& server, const std::string& message) {
  try {
    server.send_all(message);
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

int main(int argc, char** argv) {
  const auto options = parse_options(argc, argv, {.port = 12345});
  net::Stream server = net::Stream::connect(net::resolve(options.host, options.port).front());
  const CtrlC ctrl_c;  // ask ends at Ctrl-C

  while (true) {
    const Answer typed = ask("Votre message : ", server.fd());
    if (typed.kind == AnswerKind::end_of_input || typed.kind == AnswerKind::interrupted) return 0;
    const bool there = typed.kind == AnswerKind::readable ? show_message(server)
                                                          : send_message(server, typed.line);
    if (!there) break;
  }
  say("\nLe serveur a fermé la connexion.");
}
