// Point:  the same echo in the other role: the client masks, the server does not.
// New:    an address as browsers write it, ws://machine:port/path?query.
// Kept:   echo_server's loop; here the server decides what is said, and when it is over.
// Try:    ./prise run 17 echo_client ws://localhost:8765/ against a server that speaks first.

#include "console.hpp"
#include "echo_settings.hpp"
#include "ending.hpp"
#include "options.hpp"

using namespace prise;

int main(int argc, char** argv) {
  EchoOptions echo;
  std::string url;
  const auto options = parse_options(
      argc, argv, {.port = 8765},
      {{"url", &url, "ws://machine:port/chemin, à la place de --host et --port"},
       {"--limit", &echo.message_bytes_max, "Octets d'un message, au plus"},
       {"--no-deflate", &echo.no_deflate, "N'offre pas la compression (permessage-deflate)"},
       {"--patience", &echo.patience, "Secondes laissées au serveur pour chaque étape"}});

  const drivers::Settings settings = settings_for(echo);
  auto websocket = url.empty() ? drivers::WebSocket::connect(
                                     {.host = options.host, .port = options.port}, settings)
                               : drivers::WebSocket::connect(url, settings);
  if (!websocket.is_open()) return explain_ending(*websocket.closed());
  echo_until_closed(websocket);
}
