// Frames by hand (RFC 6455 section 5), on buffers that are whole: nothing here waits for bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace prise {

constexpr std::uint8_t continuation = 0x0, text = 0x1, binary = 0x2;  // section 11.8
constexpr std::uint8_t close_opcode = 0x8, ping = 0x9, pong = 0xA;    // from 8 on: control frames
constexpr std::size_t control_payload_bytes_max = 125;                // section 5.5
constexpr std::uint64_t payload_bytes_max = 65536;                    // ours: never trust a length

using Key = std::array<std::uint8_t, 4>;

struct Frame {
  bool fin = true;
  std::uint8_t reserved = 0;  // RSV1, RSV2, RSV3
  std::uint8_t opcode = text;
  std::optional<Key> key;  // masked with this one; none: not masked
  std::string payload;     // as it was meant, not masked
};

// The same twice gives back what was there: it masks, and it unmasks (section 5.3).
inline void apply_mask(std::string& payload, const Key& key) {
  for (std::size_t i = 0; i < payload.size(); ++i)
    payload[i] = static_cast<char>(static_cast<std::uint8_t>(payload[i]) ^ key[i % 4]);
}

// The most significant byte first, as always on the network.
inline std::string big_endian(std::uint64_t number, int bytes) {
  std::string out;
  while (bytes-- > 0)
    out += static_cast<char>(number >> (8 * bytes) & 0xFF);
  return out;
}

inline std::uint64_t number_in(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char byte : bytes)
    number = number << 8 | static_cast<std::uint8_t>(byte);
  return number;
}

inline std::string encode(Frame frame) {
  const std::uint64_t length = frame.payload.size();
  const std::uint8_t first =
      static_cast<std::uint8_t>((frame.fin ? 0x80 : 0) | frame.reserved << 4 | frame.opcode);
  const std::uint8_t mask_bit = frame.key ? 0x80 : 0;
  std::string bytes(1, static_cast<char>(first));
  // Always the shortest of the three forms (section 5.2).
  if (length <= 125)
    bytes += static_cast<char>(mask_bit | length);
  else if (length <= 65535)
    bytes += static_cast<char>(mask_bit | 126) + big_endian(length, 2);
  else
    bytes += static_cast<char>(mask_bit | 127) + big_endian(length, 8);
  if (frame.key) {
    bytes.append(frame.key->begin(), frame.key->end());
    apply_mask(frame.payload, *frame.key);
  }
  return bytes + frame.payload;
}

// How many bytes the head has, from its first two: 2, and the length's 2 or 8, and the key's 4.
inline std::size_t head_bytes(std::string_view first_two) {
  const auto second = static_cast<std::uint8_t>(first_two[1]);
  const std::uint8_t length = second & 0x7F;
  return 2u + (length == 126 ? 2u : length == 127 ? 8u : 0u) + ((second & 0x80) != 0 ? 4u : 0u);
}

// The payload's length, from a whole head.
inline std::uint64_t payload_bytes(std::string_view head) {
  const std::uint8_t length = static_cast<std::uint8_t>(head[1]) & 0x7F;
  if (length == 126) return number_in(head.substr(2, 2));
  if (length == 127) return number_in(head.substr(2, 8));
  return length;
}

// The frame that these bytes are: a whole head and its whole payload.
inline Frame decode(std::string_view bytes) {
  const auto first = static_cast<std::uint8_t>(bytes[0]);
  const std::size_t head = head_bytes(bytes);
  Frame frame{(first & 0x80) != 0, static_cast<std::uint8_t>(first >> 4 & 7),
              static_cast<std::uint8_t>(first & 0x0F), std::nullopt,
              std::string(bytes.substr(head))};
  if ((static_cast<std::uint8_t>(bytes[1]) & 0x80) != 0) {
    frame.key.emplace();
    for (std::size_t i = 0; i < 4; ++i)
      (*frame.key)[i] = static_cast<std::uint8_t>(bytes[head - 4 + i]);
    apply_mask(frame.payload, *frame.key);
  }
  return frame;
}

// Why the head is refused, in French; empty: it is not. From a client every frame must be masked,
// from a server none may be (section 5.1).
enum class Sender { client, server };
inline std::string fault_in(std::string_view head, Sender sender) {
  const auto first = static_cast<std::uint8_t>(head[0]);
  const std::uint8_t opcode = first & 0x0F;
  const bool masked = (static_cast<std::uint8_t>(head[1]) & 0x80) != 0;
  const std::uint8_t short_length = static_cast<std::uint8_t>(head[1]) & 0x7F;
  const std::uint64_t length = payload_bytes(head);
  if ((first & 0x70) != 0) return "un bit réservé vaut 1 (RFC 6455 §5.2)";
  if ((opcode & 7) > 2) return "cet opcode n'existe pas (RFC 6455 §5.2)";
  if (sender == Sender::client && !masked) return "un client doit masquer (RFC 6455 §5.1)";
  if (sender == Sender::server && masked) return "un serveur ne masque pas (RFC 6455 §5.1)";
  if (opcode >= close_opcode && (first & 0x80) == 0)
    return "une trame de contrôle ne se coupe pas (RFC 6455 §5.5)";
  if (opcode >= close_opcode && short_length > control_payload_bytes_max)
    return "une trame de contrôle porte 125 octets au plus (RFC 6455 §5.5)";
  if ((short_length == 126 && length <= 125) || (short_length == 127 && length <= 65535))
    return "cette longueur s'écrit plus court (RFC 6455 §5.2)";
  if (length >> 63 != 0) return "le premier bit d'une longueur de 64 bits est 0 (RFC 6455 §5.2)";
  return "";
}

// Is all of it UTF-8 (RFC 3629)? Not cut, not overlong, no surrogates, nothing beyond U+10FFFF.
inline bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto lead = static_cast<std::uint8_t>(bytes[0]);
    const std::size_t count = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if ((lead >= 0x80 && lead < 0xC2) || lead > 0xF4 || bytes.size() < count) return false;
    std::uint32_t code = count == 1 ? lead : lead & (0x7Fu >> count);
    for (const char byte : bytes.substr(1, count - 1)) {
      if ((byte & 0xC0) != 0x80) return false;
      code = code << 6 | (static_cast<std::uint8_t>(byte) & 0x3Fu);
    }
    const std::uint32_t smallest = count == 4 ? 0x10000 : count == 3 ? 0x800 : 0;
    if (code < smallest || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return false;
    bytes.remove_prefix(count);
  }
  return true;
}

}  // namespace prise
