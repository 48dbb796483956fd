// Exercice 16 : écrire des trames, et lire celles qui arrivent en n'importe quels morceaux.
//
// Deux choses à écrire : encode, qui fait les octets d'une trame, et Decoder, qui reçoit des octets
// et rend des trames. L'énoncé entier est dans README.md, à la section « Exercice ». Vérifiez avec
// :
// ./prise check 16

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "console.hpp"
#include "net/stream.hpp"
#include "options.hpp"
#include "protocol/http_head.hpp"
#include "protocol/websocket/accept_key.hpp"

using namespace prise;

constexpr std::uint64_t payload_bytes_max = 1024 * 1024;

enum class Side { client, server };
using Key = std::array<std::uint8_t, 4>;

struct Frame {
  bool fin = true;
  int opcode = 1;
  std::string payload = {};  // en clair, jamais masqué
};

enum class Outcome {
  frame,    // en voici une
  more,     // il manque des octets
  refused,  // une règle est enfreinte : close_code() dit avec quel code fermer
};

// TODO 1 : les octets d'une trame. FIN (0x80) et l'opcode ; le bit MASK (0x80) et la longueur,
//          dans la plus courte des trois formes, l'octet le plus fort d'abord ; puis, pour un
//          client et lui seul, la clé, et le contenu masqué avec elle.
std::string encode(const Frame& frame, Side, const Key&) {
  return frame.payload;
}

class Decoder {
public:
  explicit Decoder(Side sender) : sender_(sender) {}  // qui envoie ce qui est lu ici

  // TODO 2 : gardez ce qui arrive jusqu'à ce qu'une trame soit entière.
  void receive(std::string_view bytes) { buffer_ = bytes; }

  // TODO 3 : y a-t-il une trame entière dans buffer_ ? Si oui, enlevez-la de buffer_, rangez-la
  //          dans frame, démasquée, et rendez Outcome::frame. Ce qui la suit reste.
  // TODO 4 : refusez ce que l'énoncé refuse, dès que les octets qui le montrent sont là :
  //          close_code_ = 1002 (ou 1009), et rendez Outcome::refused.
  Outcome next(Frame& frame) {
    if (buffer_.empty()) return Outcome::more;
    frame = {true, sender_ == Side::client ? 1 : 2, buffer_};
    buffer_.clear();
    return Outcome::frame;
  }

  int close_code() const { return close_code_; }

private:
  Side sender_;
  std::string buffer_;
  int close_code_ = 0;
};

// --- À partir d'ici, rien à changer : le handshake de la leçon 15, et ce qui est fait des trames.

// La tête de ce que l'autre côté envoie d'abord ; ce qui la suit va dans rest.
std::string receive_head(net::Stream& peer, std::string& rest) {
  std::size_t end = std::string::npos;
  while ((end = rest.find("\r\n\r\n")) == std::string::npos) {
    const std::string arrived = peer.receive_some(4096);
    if (arrived.empty() || rest.size() > 16 * 1024) return "";
    rest += arrived;
  }
  const std::string head = rest.substr(0, end + 4);
  rest.erase(0, end + 4);
  return head;
}

bool shake_hands_as_server(net::Stream& client, std::string& rest) {
  const std::string head = receive_head(client, rest);
  const auto key =
      protocol::field_value(protocol::parse_request_head(head).head.fields, "Sec-WebSocket-Key");
  if (!websocket::is_key(key)) return false;
  client.send_all(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: " +
      websocket::accept_key(key) + "\r\n\r\n");
  return true;
}

bool shake_hands_as_client(net::Stream& server, std::string& rest) {
  std::random_device random;
  websocket::Nonce nonce{};
  std::generate(nonce.begin(), nonce.end(), [&] { return static_cast<std::byte>(random()); });
  server.send_all("GET / HTTP/1.1\r\nHost: " + server.peer().host_and_port() +
                  "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: " +
                  websocket::key_of(nonce) + "\r\nSec-WebSocket-Version: 13\r\n\r\n");
  const std::string head = receive_head(server, rest);
  return protocol::parse_response_head(head).head.status == 101;
}

void send(net::Stream& peer, const Frame& frame, Side self) {
  static std::random_device random;
  Key key{};  // une nouvelle pour chaque trame
  std::generate(key.begin(), key.end(), [] { return static_cast<std::uint8_t>(random()); });
  peer.send_all(encode(frame, self, key));
}

// Lit des trames jusqu'à un Close, un refus ou la fin du flux. Le serveur renvoie chaque trame
// telle qu'elle est venue ; le client en attend replies, puis ferme.
void converse(net::Stream& peer, Side self, const std::string& rest, std::size_t replies) {
  Decoder decoder(self == Side::server ? Side::client : Side::server);
  decoder.receive(rest);
  while (true) {
    Frame frame;
    const Outcome outcome = decoder.next(frame);
    if (outcome == Outcome::refused) {
      const int code = decoder.close_code();
      say("Refusé : {}", code);
      send(peer, {true, 8, {static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)}}, self);
      return;
    }
    if (outcome == Outcome::more) {
      const std::string arrived = peer.receive_some(4096);
      if (arrived.empty()) return say("Fin du flux.");
      decoder.receive(arrived);
      continue;
    }
    say("Trame : FIN {}, opcode {}, {} octets", frame.fin ? 1 : 0, frame.opcode,
        frame.payload.size());
    if (self == Side::client && frame.opcode == 1) say("Reçu : {}", frame.payload);
    const bool close = frame.opcode == 8;
    if (frame.opcode == 9) frame.opcode = 10;  // à un Ping on répond par un Pong
    if (self == Side::server || close) send(peer, frame, self);
    if (close) return;
    if (self == Side::client && --replies == 0) send(peer, {true, 8, "\x03\xe8"}, self);
  }
}

int main(int argc, char** argv) {
  std::vector<std::string> messages;
  bool as_client = false;
  const auto options =
      parse_options(argc, argv, {.port = 8765},
                    {{"--connect", &as_client, "Se connecter, au lieu d'attendre des clients"},
                     {"messages", &messages, "Ce que le client envoie"}});
  if (as_client) {
    net::Stream server = net::Stream::connect(net::resolve(options.host, options.port).front());
    std::string rest;
    if (!shake_hands_as_client(server, rest)) return 1;
    for (const std::string& message : messages)
      send(server, {true, 1, message}, Side::client);
    converse(server, Side::client, rest, messages.size());
    return 0;
  }

  net::Listener listener(net::resolve(options.host, options.port, net::Purpose::listen).front());
  say_chosen_port(options, listener.address().port());
  say("Serveur en écoute sur le port {}...", listener.address().port());
  while (true) {
    net::Stream client = listener.accept();
    say("Connexion de {}", client.peer());
    try {
      std::string rest;
      if (shake_hands_as_server(client, rest)) converse(client, Side::server, rest, 0);
      client.shutdown_sending();
      client.receive_all(64 * 1024);
    } catch (const std::system_error&) {  // un client qui disparaît ne prive pas le suivant
      say("Le client a coupé la connexion.");
    }
  }
}
