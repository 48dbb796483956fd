#include "scale/wire.hpp"

namespace prise::scale {
namespace {

constexpr std::string_view accepted = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";  // RFC 6455 section 1.3

unsigned byte_at(std::string_view input, std::size_t at) {
  return static_cast<unsigned char>(input[at]);
}

std::size_t number_at(std::string_view input, std::size_t at, std::size_t bytes) {
  std::size_t number = 0;
  for (std::size_t i = 0; i < bytes; ++i)
    number = number << 8 | byte_at(input, at + i);
  return number;
}

}  // namespace

std::string request() {
  return "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
}

std::optional<Answer> read_answer(std::string_view input) {
  constexpr std::string_view version = "HTTP/1.1 ";
  const std::size_t end = input.find("\r\n\r\n");
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view head = input.substr(0, end);
  if (!head.starts_with(version) || head.size() < version.size() + 3)
    throw Violation("ce n'est pas une réponse HTTP : " + std::string(head.substr(0, 40)));
  const int status = std::stoi(std::string(head.substr(version.size(), 3)));
  if (status == 101 && head.find(accepted) == std::string_view::npos)
    throw Violation("un 101 sans la bonne clé Sec-WebSocket-Accept");
  return Answer{status, end + 4};
}

std::string masked_frame(unsigned first, std::string_view payload) {
  constexpr std::string_view key = "\x37\xfa\x21\x3d";
  const std::size_t bytes = payload.size();
  const std::size_t extended = bytes < 126 ? 0 : bytes < 65536 ? 2 : 8;
  std::string frame;
  frame += static_cast<char>(first);
  frame += static_cast<char>(0x80 | (extended == 0 ? bytes : extended == 2 ? 126 : 127));
  for (std::size_t i = extended; i-- > 0;)
    frame += static_cast<char>(bytes >> (8 * i) & 0xFF);
  frame += key;
  for (std::size_t i = 0; i < bytes; ++i)
    frame += static_cast<char>(payload[i] ^ key[i % 4]);
  return frame;
}

std::string message(Opcode opcode, std::string_view payload) {
  return masked_frame(0x80U | opcode, payload);
}

std::string close_message(int code) {
  const std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
  return message(close_frame, payload);
}

std::optional<Frame> read_frame(std::string_view input) {
  if (input.size() < 2) return std::nullopt;
  const unsigned first = byte_at(input, 0), length = byte_at(input, 1);
  const auto opcode = static_cast<Opcode>(first & 0x0F);
  if ((first & 0xF0) != 0x80 || length > 127 ||
      (opcode != text && opcode != binary && (opcode < close_frame || opcode > pong)))
    throw Violation("une trame que personne n'a demandée");
  const std::size_t extended = length < 126 ? 0 : length == 126 ? 2 : 8;
  const std::size_t head = 2 + extended;
  if (input.size() < head) return std::nullopt;
  const std::size_t bytes = extended == 0 ? length : number_at(input, 2, extended);
  if (bytes > (64U << 20)) throw Violation("une trame démesurée");
  if (input.size() < head + bytes) return std::nullopt;
  return Frame{opcode, input.substr(head, bytes), head + bytes};
}

int close_code(std::string_view payload) {
  return payload.size() < 2 ? 1005 : static_cast<int>(number_at(payload, 0, 2));
}

}  // namespace prise::scale
