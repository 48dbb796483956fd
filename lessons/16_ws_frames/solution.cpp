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

//[solution]
std::string big_endian(std::uint64_t number, int bytes) {
  std::string out;
  while (bytes-- > 0)
    out += static_cast<char>(number >> (8 * bytes) & 0xFF);
  return out;
}

std::uint64_t number_in(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char byte : bytes)
    number = number << 8 | static_cast<std::uint8_t>(byte);
  return number;
}

void apply_mask(std::string& payload, const Key& key) {
  for (std::size_t i = 0; i < payload.size(); ++i)
    payload[i] = static_cast<char>(static_cast<std::uint8_t>(payload[i]) ^ key[i % 4]);
}

// Les octets d'une trame. key ne sert qu'au client : un serveur ne masque pas.
std::string encode(const Frame& frame, Side sender, const Key& key) {
  const bool masked = sender == Side::client;
  const int mask_bit = masked ? 0x80 : 0;
  const std::uint64_t length = frame.payload.size();
  std::string bytes(1, static_cast<char>((frame.fin ? 0x80 : 0) | frame.opcode));
  if (length <= 125)
    bytes += static_cast<char>(mask_bit | static_cast<int>(length));
  else if (length <= 65535)
    bytes += static_cast<char>(mask_bit | 126) + big_endian(length, 2);
  else
    bytes += static_cast<char>(mask_bit | 127) + big_endian(length, 8);
  std::string payload = frame.payload;
  if (masked) {
    bytes.append(key.begin(), key.end());
    apply_mask(payload, key);
  }
  return bytes + payload;
}

// Reçoit des octets, en n'importe quels morceaux ; rend des trames.
class Decoder {
public:
  explicit Decoder(Side sender) : sender_(sender) {}  // qui envoie ce qui est lu ici

  void receive(std::string_view bytes) {
    buffer_.erase(0, start_);
    start_ = 0;
    buffer_ += bytes;
  }

  Outcome next(Frame& frame) {
    if (close_code_ != 0) return Outcome::refused;
    const std::string_view bytes = std::string_view(buffer_).substr(start_);
    if (bytes.size() < 2) return Outcome::more;
    const int first = static_cast<std::uint8_t>(bytes[0]);
    const int second = static_cast<std::uint8_t>(bytes[1]);
    const bool fin = (first & 0x80) != 0, masked = (second & 0x80) != 0;
    const int opcode = first & 0x0F, short_length = second & 0x7F;
    const bool control = opcode >= 8;
    if ((first & 0x70) != 0) return refuse(1002);
    if ((opcode & 7) > 2) return refuse(1002);
    if (sender_ == Side::client && !masked) return refuse(1002);
    if (sender_ == Side::server && masked) return refuse(1002);
    if (control && !fin) return refuse(1002);
    if (control && short_length > 125) return refuse(1002);

    const std::size_t wide = short_length == 126 ? 2 : short_length == 127 ? 8 : 0;
    if (bytes.size() < 2 + wide) return Outcome::more;
    const std::uint64_t length =
        wide == 0 ? static_cast<std::uint64_t>(short_length) : number_in(bytes.substr(2, wide));
    if (length >> 63 != 0) return refuse(1002);
    if (wide != 0 && length <= (wide == 2 ? 125 : 65535)) return refuse(1002);
    if (length > payload_bytes_max) return refuse(1009);  // avant d'attendre ce contenu

    const std::size_t head = 2 + wide + (masked ? 4 : 0);
    if (bytes.size() < head || bytes.size() - head < length) return Outcome::more;
    frame = {fin, opcode, std::string(bytes.substr(head, static_cast<std::size_t>(length)))};
    if (masked) {
      Key key{};
      std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(head) - 4, 4, key.begin());
      apply_mask(frame.payload, key);
    }
    start_ += head + static_cast<std::size_t>(length);
    return Outcome::frame;
  }

  int close_code() const { return close_code_; }

private:
  Outcome refuse(int code) {
    close_code_ = code;
    return Outcome::refused;
  }

  Side sender_;
  std::string buffer_;
  std::size_t start_ = 0;  // ce qui est lu n'est effacé qu'une fois par receive
  int close_code_ = 0;
};
//[starter]
//|// TODO 1 : les octets d'une trame. FIN (0x80) et l'opcode ; le bit MASK (0x80) et la longueur,
//|//          dans la plus courte des trois formes, l'octet le plus fort d'abord ; puis, pour un
//|//          client et lui seul, la clé, et le contenu masqué avec elle.
//|std::string encode(const Frame& frame, Side, const Key&) {
//|  return frame.payload;
//|}
//|
//|class Decoder {
//|public:
//|  explicit Decoder(Side sender) : sender_(sender) {}  // qui envoie ce qui est lu ici
//|
//|  // TODO 2 : gardez ce qui arrive jusqu'à ce qu'une trame soit entière.
//|  void receive(std::string_view bytes) { buffer_ = bytes; }
//|
//|  // TODO 3 : y a-t-il une trame entière dans buffer_ ? Si oui, enlevez-la de buffer_, rangez-la
//|  //          dans frame, démasquée, et rendez Outcome::frame. Ce qui la suit reste.
//|  // TODO 4 : refusez ce que l'énoncé refuse, dès que les octets qui le montrent sont là :
//|  //          close_code_ = 1002 (ou 1009), et rendez Outcome::refused.
//|  Outcome next(Frame& frame) {
//|    if (buffer_.empty()) return Outcome::more;
//|    frame = {true, sender_ == Side::client ? 1 : 2, buffer_};
//|    buffer_.clear();
//|    return Outcome::frame;
//|  }
//|
//|  int close_code() const { return close_code_; }
//|
//|private:
//|  Side sender_;
//|  std::string buffer_;
//|  int close_code_ = 0;
//|};
//[end]

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
