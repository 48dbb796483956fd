// Point:  a client asks for a WebSocket, and believes the 101 only if it proves that it was read.
// New:    a random key; the checks of RFC 6455 section 4.1 on the answer.
// Kept:   Stream::connect, the head of a response (lesson 14).
// Try:    --without Sec-WebSocket-Key; --version 8; the same against server --without Upgrade.

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "console.hpp"
#include "net/stream.hpp"
#include "options.hpp"
#include "proof.hpp"
#include "protocol/http_head.hpp"
#include "shown_head.hpp"

using namespace prise;
using protocol::count_fields, protocol::equal_ignoring_case, protocol::field_value;

// Another for each connection, and not to be guessed (section 4.1): rand() would be.
std::string random_key() {
  std::random_device random;
  std::string nonce;
  while (nonce.size() < 16)
    nonce += static_cast<char>(random());
  return base64(nonce);
}

// What is wrong with the answer (section 4.1, the list after "validate the server's response").
std::optional<std::string> fault_of(const protocol::ResponseHead& response,
                                    std::string_view expected) {
  if (response.status != 101)
    return fmt::format("le serveur refuse, {} {}", response.status, response.reason);
  const auto& fields = response.fields;
  if (!equal_ignoring_case(field_value(fields, "Upgrade"), "websocket"))
    return "il manque « Upgrade: websocket »";
  const auto items = protocol::list_items(fields, "Connection");
  if (std::none_of(items.begin(), items.end(),
                   [](auto item) { return equal_ignoring_case(item, "Upgrade"); }))
    return "il manque « Connection: Upgrade »";
  if (count_fields(fields, "Sec-WebSocket-Accept") != 1)
    return "il faut un Sec-WebSocket-Accept, et un seul";
  if (field_value(fields, "Sec-WebSocket-Accept") != expected)
    return "Sec-WebSocket-Accept n'est pas celui de notre clé";
  return std::nullopt;
}

int main(int argc, char** argv) {
  std::string path = "/chat", key, version = "13";
  std::vector<std::string> without;
  const auto options =
      parse_options(argc, argv, {.port = 8765},
                    {{"--path", &path, "Ce qui est demandé au serveur"},
                     {"--key", &key, "La clé ; sans cette option, elle est tirée au hasard"},
                     {"--version", &version, "La version du protocole"},
                     {"--without", &without, "En-têtes à oublier dans la demande"}});
  if (key.empty()) key = random_key();

  net::Stream server = net::Stream::connect(net::resolve(options.host, options.port).front());
  const std::string request = head_without(without, "GET " + path + " HTTP/1.1",
                                           {{"Host", server.peer().host_and_port()},
                                            {"Upgrade", "websocket"},
                                            {"Connection", "Upgrade"},
                                            {"Sec-WebSocket-Key", key},
                                            {"Sec-WebSocket-Version", version}});
  server.send_all(request);
  show_head("Demande envoyée :", request);

  using Outcome = protocol::HeadParse<protocol::ResponseHead>::Outcome;
  std::string bytes;
  auto parse = protocol::parse_response_head(bytes);
  while (parse.outcome == Outcome::more) {  // a head over 16 KiB is broken, and so this ends
    const std::string arrived = server.receive_some(1024);
    if (arrived.empty()) {
      say("Le serveur est parti avant la fin de sa réponse.");
      return 1;
    }
    bytes += arrived;
    parse = protocol::parse_response_head(bytes);
  }
  if (parse.outcome == Outcome::broken) {
    say("Ce serveur ne parle pas HTTP.");
    return 1;
  }

  show_head("Réponse reçue :", bytes.substr(0, parse.head_bytes));
  const std::string expected = accept_for(key);
  if (const auto fault = fault_of(parse.head, expected)) {
    say("Échec du handshake : {}.", *fault);
    return 1;
  }
  say("Accept attendu : {}", expected);
  say("C'est celui du serveur : le handshake est réussi.");
}
