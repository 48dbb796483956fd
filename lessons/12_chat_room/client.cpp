// Point:  what the others say arrives while you type.
// New:    nothing but what it says.
// Kept:   lesson 10: a thread that receives, the line you type stays whole, and both end together.
// Try:    type half a line, and let another client speak; then Ctrl-C on the server.

#include <sys/socket.h>

#include <string>
#include <system_error>
#include <thread>

#include "bell.hpp"
#include "console.hpp"
#include "net/stream.hpp"
#include "options.hpp"

using namespace prise;

// The thread that receives, until the end of the stream.
void show_messages(net::Stream& server) {
  try {
    while (true) {
      const std::string message = server.receive_some(1024);
      if (message.empty()) return;
      say("\nMessage reçu : {}", message);
    }
  } catch (const std::system_error&) {
    // ECONNRESET: an end as well.
  }
}

int main(int argc, char** argv) {
  const auto options = parse_options(argc, argv, {.port = 12345});

  net::Stream server = net::Stream::connect(net::resolve(options.host, options.port).front());
  const CtrlC ctrl_c;  // before any thread

  Bell server_gone;
  std::jthread receiver([&] {
    show_messages(server);
    server_gone.ring();  // ask returns now
  });

  while (true) {
    const Answer typed = ask("Votre message : ", server_gone.fd());
    if (typed.kind == AnswerKind::readable) say("Le serveur a fermé la connexion.");
    if (!typed) break;  // Ctrl-D and Ctrl-C too
    try {
      server.send_all(typed.line);
    } catch (const std::system_error&) {
      // Nobody reads any more: the other thread hears it too, and rings.
    }
  }
  shutdown(server.fd(), SHUT_RDWR);  // the other thread's recv returns now
}
