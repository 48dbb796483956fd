// Point:  how the sender cuts its bytes into sends is not what the receiver reads.
// New:    the same lines in one send for all, or in two sends for each.
// Kept:   connect from lesson 01, send_all from lesson 03.
// Try:    --burst; --cut, then Ctrl-D in the middle of a message; messages of your own.

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>
#include <vector>

#include "console.hpp"
#include "net/stream.hpp"
#include "options.hpp"

using namespace prise;

int main(int argc, char** argv) {
  std::vector<std::string> messages{"Bonjour", "Comment ça va ?", "À bientôt"};
  bool burst = false, cut = false;
  const auto options = parse_options(argc, argv, {.port = 9999},
                                     {{"messages", &messages, "Les messages à envoyer"},
                                      {"--burst", &burst, "Tous les messages en un seul send"},
                                      {"--cut", &cut, "Chaque message en deux send"}});

  const auto has_delimiter = [](const std::string& text) { return text.find('\n') != text.npos; };
  if (std::any_of(messages.begin(), messages.end(), has_delimiter)) {
    warn("Erreur : un message ne peut pas contenir le délimiteur, la fin de ligne.");
    return 2;
  }

  std::vector<std::string> pieces;  // each goes out in a send of its own
  for (const std::string& message : messages) {
    const std::string line = message + '\n';
    const std::size_t middle = cut ? line.size() / 2 : 0;
    if (cut) pieces.push_back(line.substr(0, middle));
    pieces.push_back(line.substr(middle));
  }
  if (burst) pieces = {std::accumulate(pieces.begin(), pieces.end(), std::string())};

  net::Stream server = net::Stream::connect(net::resolve(options.host, options.port).front());
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (cut && i > 0 && !ask("Entrée pour envoyer la suite... ")) break;
    server.send_all(pieces[i]);
  }
}
