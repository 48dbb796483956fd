// Point:  after the handshake, a WebSocket is a row of frames: a few bits, a length, a payload.
// New:    reading a frame's bits; unmasking; fragments; what is refused, and with which code.
// Kept:   the handshake (lesson 15), receive_exactly (lesson 07), a limit before all (lesson 08).
// Try:    client --fragments; client --unmasked; a browser's console; --help of frames.

#include <cstdint>
#include <string>
#include <system_error>

#include "console.hpp"
#include "exchange.hpp"
#include "net/stream.hpp"
#include "options.hpp"
#include "protocol/http_head.hpp"
#include "protocol/websocket/handshake.hpp"

using namespace prise;

bool shake_hands(net::Stream& client) {
  const std::string head = receive_http_head(client).value_or("");  // parse looks into it
  const auto parse = protocol::parse_request_head(head);
  auto rule = websocket::Rule::head_malformed;
  if (parse.outcome == parse.Outcome::value)
    rule = websocket::judge_request(parse.head, websocket::Config{}).rule;
  if (rule != websocket::Rule::none) {
    say("Handshake refusé : {}.", websocket::facts_of(rule).name);
    client.send_all(websocket::refusal(rule, websocket::facts_of(rule).http_status));
    return false;
  }
  const auto key = protocol::field_value(parse.head.fields, "Sec-WebSocket-Key");
  client.send_all(websocket::acceptance(key, {}));
  say("Handshake terminé.");
  return true;
}

// A message may come in several frames (section 5.4), and a control frame between two of them.
struct Message {
  std::uint8_t opcode = continuation;  // none is being read
  std::string payload;
};

// What to close with, if there is something wrong with this frame at this place; 0: nothing is.
std::uint16_t add_fragment(Message& message, const Frame& frame) {
  const bool first = frame.opcode != continuation;
  if (first == (message.opcode != continuation)) {
    say("Trame refusée : {} (RFC 6455 §5.4).",
        first ? "le message précédent n'est pas fini" : "la suite d'un message qui n'existe pas");
    return 1002;
  }
  if (first) message.opcode = frame.opcode;
  message.payload += frame.payload;
  if (message.payload.size() > payload_bytes_max) return 1009;
  if (frame.fin && message.opcode == text && !is_utf8(message.payload)) {
    say("Message refusé : ce texte n'est pas de l'UTF-8 (RFC 6455 §8.1).");
    return 1007;
  }
  return 0;
}

// What to close with; 0: the conversation goes on.
std::uint16_t answer(net::Stream& client, const Frame& frame, Message& message) {
  if (frame.opcode == ping) send_frame(client, {true, 0, pong, std::nullopt, frame.payload});
  if (frame.opcode == close_opcode) {
    say("Le client ferme.");
    return frame.payload.size() < 2
               ? 1000
               : static_cast<std::uint16_t>(number_in(frame.payload.substr(0, 2)));
  }
  if (frame.opcode >= close_opcode) return 0;
  if (const std::uint16_t code = add_fragment(message, frame); code != 0) return code;
  if (!frame.fin) {
    say("Ce n'est qu'un fragment : la suite vient.");
    return 0;
  }
  if (message.opcode == text)
    say("Message reçu : {}", message.payload);
  else
    say("Message reçu : {} octets", message.payload.size());
  message = {};
  send_frame(client, {true, 0, text, std::nullopt, "Bien reçu !"});
  return 0;
}

void converse(net::Stream& client) {
  if (!shake_hands(client)) return;
  Message message;
  std::uint16_t close_with = 0;
  for (bool open = true; open;) {
    const Received received = receive_frame(client, Sender::client);
    close_with = received.frame ? answer(client, *received.frame, message) : received.close_with;
    open = received.frame && close_with == 0;
  }
  if (close_with != 0) send_frame(client, close_frame(close_with, std::nullopt));
}

int main(int argc, char** argv) {
  const auto options = parse_options(argc, argv, {.port = 8765});

  net::Listener listener(net::resolve(options.host, options.port, net::Purpose::listen).front());
  say_chosen_port(options, listener.address().port());
  say("Serveur en écoute sur le port {}...", listener.address().port());

  net::Stream client = listener.accept();
  say("Connexion de {}", client.peer());
  try {
    converse(client);
    client.shutdown_sending();  // the server ends the stream first (section 7.1.1), and waits for
    client.receive_all(64 * 1024);  // the client's end, so that nothing it was sent is lost
  } catch (const std::system_error&) {
    say("Le client a coupé la connexion.");
  }
}
