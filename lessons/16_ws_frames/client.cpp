// Point:  a client writes frames by hand, and masks each of them with a key of its own.
// New:    encoding a frame: FIN, opcode, the three lengths, the mask; a message in two fragments.
// Kept:   the handshake (lesson 15); the end is said, then the stream ends (lesson 07).
// Try:    --fragments Noël; --unmasked; two messages; one of 126 characters.

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "console.hpp"
#include "exchange.hpp"
#include "net/stream.hpp"
#include "options.hpp"
#include "protocol/http_head.hpp"
#include "protocol/websocket/accept_key.hpp"
#include "protocol/websocket/handshake.hpp"

using namespace prise;

bool shake_hands(net::Stream& server) {
  std::random_device random;
  websocket::Nonce nonce;
  std::generate(nonce.begin(), nonce.end(), [&] { return static_cast<std::byte>(random()); });
  const std::string key = websocket::key_of(nonce);
  websocket::Target target;
  target.host = server.peer().host_and_port();
  server.send_all(websocket::upgrade_request(target, {}, key));

  const std::string head = receive_http_head(server).value_or("");  // parse looks into it
  const auto parse = protocol::parse_response_head(head);
  auto rule = websocket::Rule::head_malformed;
  if (parse.outcome == parse.Outcome::value)
    rule = websocket::judge_response(parse.head, {}, key).rule;
  if (rule != websocket::Rule::none)
    say("Échec du handshake : {}.", websocket::facts_of(rule).name);
  else
    say("Handshake réussi.");
  return rule == websocket::Rule::none;
}

// The frames of one message: one, or the two halves. Only the first has the opcode, only the last
// has FIN.
std::vector<Frame> frames_of(const std::string& message, bool fragments) {
  if (!fragments) return {{true, 0, text, std::nullopt, message}};
  const std::size_t half = message.size() / 2;
  return {{false, 0, text, std::nullopt, message.substr(0, half)},
          {true, 0, continuation, std::nullopt, message.substr(half)}};
}

// "37fa213d"
std::optional<Key> key_in(const std::string& digits) {
  if (digits.size() != 8 || digits.find_first_not_of("0123456789abcdefABCDEF") != digits.npos)
    return std::nullopt;
  Key key{};
  for (std::size_t i = 0; i < key.size(); ++i)
    key[i] = static_cast<std::uint8_t>(std::stoul(digits.substr(2 * i, 2), nullptr, 16));
  return key;
}

int main(int argc, char** argv) {
  std::vector<std::string> messages{"Bonjour !"};
  bool fragments = false, unmasked = false;
  std::string fixed_key;
  const auto options = parse_options(
      argc, argv, {.port = 8765},
      {{"messages", &messages, "Les messages à envoyer"},
       {"--fragments", &fragments, "Chaque message en deux trames"},
       {"--unmasked", &unmasked, "Sans masquer, ce qui est interdit à un client"},
       {"--key", &fixed_key, "Toujours cette clé, par exemple 37fa213d ; sinon, au hasard"}});
  const std::optional<Key> fixed = key_in(fixed_key);
  if (!fixed && !fixed_key.empty()) {
    warn("Erreur : --key attend huit chiffres hexadécimaux, par exemple 37fa213d.");
    return 2;
  }

  net::Stream server = net::Stream::connect(net::resolve(options.host, options.port).front());
  if (!shake_hands(server)) return 1;

  // A new key for each frame, and not to be guessed (section 5.3): rand() would be.
  std::random_device random;
  const auto new_key = [&]() -> std::optional<Key> {
    if (unmasked) return std::nullopt;
    if (fixed) return fixed;
    Key key{};
    std::generate(key.begin(), key.end(), [&] { return static_cast<std::uint8_t>(random()); });
    return key;
  };

  Received received{Frame{}};
  for (const std::string& message : messages) {
    for (Frame& frame : frames_of(message, fragments)) {
      frame.key = new_key();
      send_frame(server, frame);
    }
    received = receive_frame(server, Sender::server);
    if (!received.frame || received.frame->opcode == close_opcode) break;
    say("Réponse : {}", received.frame->payload);
  }

  const bool said_close = received.frame && received.frame->opcode == close_opcode;
  if (said_close) say("Le serveur ferme.");
  if (!received.frame && received.close_with == 0) return 1;
  unmasked = false;
  Frame farewell = close_frame(received.frame ? 1000 : received.close_with, new_key());
  if (said_close) farewell.payload = received.frame->payload;  // its code, back to it
  send_frame(server, farewell);
  if (received.frame && !said_close) receive_frame(server, Sender::server);  // its own Close
  return received.frame && !said_close ? 0 : 1;
}
