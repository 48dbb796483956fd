// Point:  TCP is a stream of bytes: where a message ends, the bytes themselves must say.
// New:    a delimiter ('\n'), what waits for its end, a limit on it.
// Kept:   receive_some, one recv (lesson 02); the end of the stream (lesson 07).
// Try:    client --burst and client --cut, here and with naive_server; --line-max 5.

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "console.hpp"
#include "net/stream.hpp"
#include "options.hpp"

using namespace prise;

constexpr std::size_t chunk_bytes_max = 1024;

int main(int argc, char** argv) {
  std::size_t line_bytes_max = 1024;
  const auto options =
      parse_options(argc, argv, {.port = 9999},
                    {{"--line-max", &line_bytes_max, "Refuse une ligne plus longue, en octets"}});

  net::Listener listener(net::resolve(options.host, options.port, net::Purpose::listen).front());
  say_chosen_port(options, listener.address().port());
  say("Serveur en écoute sur le port {}...", listener.address().port());

  net::Stream client = listener.accept();
  int number = 0;
  std::string pending;  // a line whose end has not come: never more than a line and a chunk
  while (true) {
    const std::string arrived = client.receive_some(chunk_bytes_max);
    if (arrived.empty()) break;
    pending += arrived;

    std::string_view rest = pending;
    while (true) {  // none, one or several whole lines may be there
      const std::size_t end = rest.find('\n');
      // Judged before the end is there: a peer that never sends '\n' must not fill our memory.
      if (std::min(end, rest.size()) > line_bytes_max) {
        say("Ligne de plus de {} octets : connexion fermée.", line_bytes_max);
        return 0;
      }
      if (end == std::string_view::npos) break;
      std::string_view line = rest.substr(0, end);
      if (line.ends_with('\r')) line.remove_suffix(1);  // telnet and `nc -C` end lines with "\r\n"
      say("Message {} : {}", ++number, line);
      rest.remove_prefix(end + 1);
    }
    pending.erase(0, pending.size() - rest.size());
  }
  if (!pending.empty()) say("Message inachevé : {}", pending);
}
