// Mistake: the loop goes on after the answer to Close, only messages are dropped.

#include <poll.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "console.hpp"
#include "net/stream.hpp"
#include "options.hpp"
#include "protocol/websocket/close_code.hpp"
#include "protocol/websocket/frame.hpp"
#include "protocol/websocket/handshake.hpp"
#include "protocol/websocket/utf8.hpp"

using namespace prise;
using websocket::CloseCode;
using websocket::Opcode;

constexpr std::size_t message_bytes_max = 65536;  // tous ses morceaux ensemble

// --- Rien à changer jusqu'à « À vous ».

struct Frame {
  Opcode opcode;
  bool last;            // FIN : le dernier morceau d'un message, ou le seul
  std::string payload;  // démasquée
};

// Le client, vu trame par trame.
class Peer {
public:
  explicit Peer(net::Stream& stream) : stream_(stream) {}

  bool shake_hands();  // leçon 15 ; faux : ce n'est pas un WebSocket

  // La trame suivante. Rien : il n'en viendra plus, et trouble() dit pourquoi.
  std::optional<Frame> receive();

  // closed_abnormally (1006) : le flux s'est terminé. Sinon la trame est mauvaise (1002) ou trop
  // longue (1009), et c'est ce code qu'il faut annoncer au client.
  CloseCode trouble() const { return trouble_; }

  // Une trame entière, FIN levé, sans masque : nous sommes le serveur.
  void send(Opcode opcode, std::string_view payload);

  void finish();  // la fin du flux, dans l'ordre

private:
  bool read_more() {
    const std::string more = stream_.receive_some(4096);
    input_ += more;
    return !more.empty();
  }

  net::Stream& stream_;
  std::string input_;  // reçu, pas encore lu
  CloseCode trouble_ = CloseCode::closed_abnormally;
};

// --- À vous.

// Annonce la fermeture, et rend le code annoncé.
CloseCode close(Peer& peer, CloseCode code) {
  const auto number = static_cast<std::uint16_t>(code);
  peer.send(Opcode::close,
            std::string{static_cast<char>(number >> 8), static_cast<char>(number & 0xFF)});
  return code;
}

// Le client ferme : son code lui revient, s'il avait le droit de l'envoyer.
CloseCode answer_close(Peer& peer, const std::string& payload) {
  if (payload.empty()) {
    peer.send(Opcode::close, "");
    return CloseCode::none_received;
  }
  if (payload.size() == 1) return close(peer, CloseCode::protocol_error);
  const int high = static_cast<unsigned char>(payload[0]);
  const int low = static_cast<unsigned char>(payload[1]);
  const auto code = static_cast<CloseCode>(high << 8 | low);
  return close(peer, websocket::may_be_sent(code) ? code : CloseCode::protocol_error);
}

// Un client, de son premier message à sa fermeture. Rend le code de la fin.
CloseCode serve(Peer& peer) {
  std::optional<Opcode> kind;  // du message en cours ; rien entre deux messages
  std::string message;
  std::optional<CloseCode> ended;
  while (const auto frame = peer.receive()) {
    // Une trame de contrôle peut se glisser entre deux morceaux : elle n'y touche pas.
    if (frame->opcode == Opcode::ping) peer.send(Opcode::pong, frame->payload);
    if (frame->opcode == Opcode::close) ended = answer_close(peer, frame->payload);
    if (websocket::is_control(frame->opcode) || ended) continue;

    const bool continues = frame->opcode == Opcode::continuation;
    if (continues != kind.has_value()) return close(peer, CloseCode::protocol_error);
    if (!continues) kind = frame->opcode;
    if (message.size() + frame->payload.size() > message_bytes_max)
      return close(peer, CloseCode::message_too_big);
    message += frame->payload;
    if (!frame->last) continue;

    // Un caractère peut être coupé entre deux morceaux : le texte se juge entier.
    if (kind == Opcode::text && !websocket::is_utf8(websocket::bytes_of(message)))
      return close(peer, CloseCode::invalid_payload);
    peer.send(*kind, message);
    message.clear();
    kind.reset();
  }
  if (ended) return *ended;
  if (peer.trouble() == CloseCode::closed_abnormally) return peer.trouble();
  return close(peer, peer.trouble());
}

// --- À partir d'ici, rien à changer.

bool Peer::shake_hands() {
  using Outcome = protocol::HeadParse<protocol::RequestHead>::Outcome;
  while (true) {
    const auto parse = protocol::parse_request_head(input_);
    if (parse.outcome == Outcome::broken) return false;
    if (parse.outcome == Outcome::value) {
      const websocket::Config config;
      const auto judgement = websocket::judge_request(parse.head, config);
      if (judgement.rule != websocket::Rule::none) return false;
      const auto key = protocol::field_value(parse.head.fields, "Sec-WebSocket-Key");
      stream_.send_all(websocket::acceptance(key, judgement.agreement));
      input_.erase(0, parse.head_bytes);  // ce qui suit est déjà des trames
      return true;
    }
    if (!read_more()) return false;
  }
}

std::optional<Frame> Peer::receive() {
  using Outcome = websocket::FrameHeadParse::Outcome;
  while (true) {
    const auto parse =
        websocket::parse_frame_head(websocket::bytes_of(input_), websocket::Role::server);
    const bool whole = parse.outcome == Outcome::value;
    const auto bytes = parse.head.payload_bytes;
    if (parse.outcome == Outcome::broken ||
        (whole && parse.head.compressed == websocket::Compressed::yes))
      trouble_ = CloseCode::protocol_error;
    else if (whole && bytes > message_bytes_max)  // jugé sur l'en-tête, avant d'attendre la suite
      trouble_ = CloseCode::message_too_big;
    if (trouble_ != CloseCode::closed_abnormally) return std::nullopt;
    if (whole && input_.size() >= parse.head_bytes + bytes) {
      std::string payload = input_.substr(parse.head_bytes, bytes);
      websocket::apply_mask(std::as_writable_bytes(std::span(payload)), parse.head.key);
      input_.erase(0, parse.head_bytes + bytes);
      return Frame{parse.head.opcode, parse.head.fin == websocket::Fin::last, std::move(payload)};
    }
    if (!read_more()) return std::nullopt;
  }
}

void Peer::send(Opcode opcode, std::string_view payload) {
  std::vector<std::byte> bytes;
  websocket::FrameHead head;
  head.opcode = opcode;
  websocket::append_frame(bytes, head, websocket::bytes_of(payload));
  stream_.send_all(bytes);
}

// Lire jusqu'au bout : fermer un socket qui a encore des octets à lire enverrait un RST, qui peut
// effacer chez le client la trame Close qu'il n'a pas encore lue.
void Peer::finish() {
  stream_.shutdown_sending();
  pollfd watched{stream_.fd(), POLLIN, 0};
  while (poll(&watched, 1, 2000) == 1) {
    if (stream_.receive_some(4096).empty()) return;
  }
}

int main(int argc, char** argv) {
  const auto options = parse_options(argc, argv, {.port = 8765});

  net::Listener listener(net::resolve(options.host, options.port, net::Purpose::listen).front());
  say_chosen_port(options, listener.address().port());
  say("Serveur en écoute sur le port {}...", listener.address().port());

  while (true) {
    net::Stream client = listener.accept();
    try {
      Peer peer(client);
      if (!peer.shake_hands()) continue;
      say("Fin : {}", static_cast<int>(serve(peer)));
      peer.finish();
    } catch (const std::system_error& error) {  // un client qui disparaît ne prive pas le suivant
      const bool gone =
          error.code() == std::errc::connection_reset || error.code() == std::errc::broken_pipe;
      if (!gone) throw;
      say("Fin : {}", static_cast<int>(CloseCode::closed_abnormally));
    }
  }
}
