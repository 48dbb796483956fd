// Point:  every byte comes back, however many there are, in a buffer that never grows.
// New:    the loop over short sends; MSG_NOSIGNAL; a client that fails does not end the server.
// Kept:   net::Listener, recv, send; 0 from recv is the end of the stream (lesson 02).
// Try:    head -c 8388608 /dev/zero | nc -N 127.0.0.1 9999 | wc -c

#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <span>
#include <vector>

#include "console.hpp"
#include "net/error.hpp"
#include "net/stream.hpp"
#include "options.hpp"

using namespace prise;

// False: the peer is gone.
bool send_all(int fd, std::span<const char> bytes) {
  while (!bytes.empty()) {
    // A peer that is gone makes send fail with EPIPE, and by default also kills the program with
    // the signal SIGPIPE: MSG_NOSIGNAL asks for the error alone (send(2)).
    const ssize_t count = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    // With a time limit, even Ctrl-Z and then fg interrupt the call (signal(7)): that is no
    // failure.
    if (count == -1 && errno == EINTR) continue;
    if (count == -1) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(count));  // the kernel may have taken a part
  }
  return true;
}

void echo(const net::Stream& client) {
  // A client that sends without ever reading would block our send for ever: after ten seconds it
  // fails (socket(7)), and the next client has its turn.
  const timeval patience{10, 0};
  net::checked(setsockopt(client.fd(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience),
               "setsockopt SO_SNDTIMEO");
  std::vector<char> buffer(1024 * 1024);  // however much the client sends
  std::size_t total = 0;
  while (true) {
    // While send_all waits for a slow reader we do not receive; then the sender's own send waits.
    // That is TCP's flow control: nobody has to store what the other cannot take yet.
    const ssize_t received = recv(client.fd(), buffer.data(), buffer.size(), 0);
    if (received == 0) break;
    const auto count = static_cast<std::size_t>(received == -1 ? 0 : received);
    if (received == -1 || !send_all(client.fd(), std::span(buffer).first(count))) {
      say("Connexion perdue avec {}, octets renvoyés : {}", client.peer(), total);
      return;
    }
    total += count;
  }
  say("Octets renvoyés à {} : {}", client.peer(), total);
}

int main(int argc, char** argv) {
  const auto options = parse_options(argc, argv, {.port = 9999});

  net::Listener listener(net::Address::ipv4(options.host, options.port));
  const auto port = listener.address().port();
  say_chosen_port(options, port);
  say("Serveur en écoute sur le port {}...", port);

  while (true)
    echo(listener.accept());  // the Stream is closed at the end of this line
}
