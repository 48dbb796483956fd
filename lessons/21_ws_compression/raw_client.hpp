// A client's side, with lesson 15's handshake and lesson 16's frames, and the extension's two
// marks: Sec-WebSocket-Extensions in the handshake, RSV1 on a message that is compressed.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "console.hpp"
#include "drivers/random_mask.hpp"
#include "net/stream.hpp"
#include "protocol/http_head.hpp"
#include "protocol/websocket/accept_key.hpp"
#include "protocol/websocket/frame.hpp"
#include "protocol/websocket/handshake.hpp"

namespace prise {

using websocket::Compressed, websocket::Opcode;

struct Message {
  Opcode opcode;
  Compressed compressed;
  std::string payload;  // still compressed
};

class RawClient {
public:
  RawClient(const std::string& host, std::uint16_t port)
      : stream_(net::Stream::connect(net::resolve(host, port).front())) {}

  // The server's Sec-WebSocket-Extensions, empty if there is none. Nothing: no WebSocket, and it
  // has been said why. An empty offer is not sent.
  std::optional<std::string> shake_hands(const std::string& offer) {
    std::random_device random;
    websocket::Nonce nonce;
    std::generate(nonce.begin(), nonce.end(), [&] { return static_cast<std::byte>(random()); });
    const std::string key = websocket::key_of(nonce);
    websocket::Target target;
    target.host = stream_.peer().host_and_port();
    if (!offer.empty()) target.fields = {{"Sec-WebSocket-Extensions", offer}};
    stream_.send_all(websocket::upgrade_request(target, {}, key));

    using Outcome = protocol::HeadParse<protocol::ResponseHead>::Outcome;
    auto parse = protocol::parse_response_head(input_);
    while (parse.outcome == Outcome::more && receive_more())
      parse = protocol::parse_response_head(input_);
    if (parse.outcome != Outcome::value) {
      warn("Erreur : ce serveur ne répond pas en HTTP, ou pas jusqu'au bout.");
      return std::nullopt;
    }
    auto& fields = parse.head.fields;
    const std::string answer(protocol::field_value(fields, extensions));
    // The extension is judged in the open, in terms.hpp; the rest as in lesson 15.
    std::erase_if(fields, [](const auto& field) {
      return protocol::equal_ignoring_case(field.name, extensions);
    });
    const auto rule = websocket::judge_response(parse.head, {}, key).rule;
    if (rule != websocket::Rule::none) {
      warn("Erreur : le handshake a échoué ({}).", websocket::facts_of(rule).name);
      return std::nullopt;
    }
    input_.erase(0, parse.head_bytes);
    return answer;
  }

  // In one frame, masked.
  void send(Opcode opcode, Compressed compressed, std::string_view payload) {
    websocket::FrameHead head;
    head.opcode = opcode;
    head.compressed = compressed;  // RSV1, on the first frame of a message (section 6.1)
    head.masked = true;
    head.key = drivers::random_mask();
    std::vector<std::byte> bytes;
    websocket::append_frame(bytes, head, websocket::bytes_of(payload));
    stream_.send_all(bytes);
  }

  // The next message or Close; pings are answered. Nothing: no other will come. This client wants
  // messages in one frame, of 16 MiB at most.
  std::optional<Message> receive() {
    using Outcome = websocket::FrameHeadParse::Outcome;
    while (true) {
      const auto parse =
          websocket::parse_frame_head(websocket::bytes_of(input_), websocket::Role::client);
      const auto& head = parse.head;
      if (parse.outcome == Outcome::broken || head.fin == websocket::Fin::more ||
          head.payload_bytes > payload_bytes_max)
        return std::nullopt;
      if (parse.outcome == Outcome::value &&
          input_.size() >= parse.head_bytes + head.payload_bytes) {
        Message message{head.opcode, head.compressed,
                        input_.substr(parse.head_bytes, head.payload_bytes)};
        input_.erase(0, parse.head_bytes + head.payload_bytes);
        if (message.opcode == Opcode::ping) send(Opcode::pong, Compressed::no, message.payload);
        if (message.opcode != Opcode::ping && message.opcode != Opcode::pong) return message;
      } else if (!receive_more()) {
        return std::nullopt;
      }
    }
  }

  // Code 1000, then the server's own Close, and the end of the stream.
  void close() {
    send(Opcode::close, Compressed::no, std::string_view("\x03\xe8", 2));
    while (receive_more()) {
      if (input_.size() > payload_bytes_max) return;
    }
  }

private:
  static constexpr std::string_view extensions = "Sec-WebSocket-Extensions";
  static constexpr std::uint64_t payload_bytes_max = 16 << 20;

  bool receive_more() {
    const std::string some = stream_.receive_some(16384);
    input_ += some;
    return !some.empty();
  }

  net::Stream stream_;
  std::string input_;  // received, not read yet
};

// The code that a Close frame carries; 1005 stands for none.
inline int close_code_in(const Message& close) {
  if (close.payload.size() < 2) return 1005;
  return static_cast<std::uint8_t>(close.payload[0]) << 8 |
         static_cast<std::uint8_t>(close.payload[1]);
}

}  // namespace prise
