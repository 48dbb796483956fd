#include "visible_text.hpp"

#include <fmt/core.h>

#include <cstdint>

namespace prise {
namespace {

struct Character {
  std::uint32_t code;
  std::size_t bytes;  // 0: no character begins here
};

std::uint32_t low_bits(char byte, int bits) {
  return static_cast<unsigned char>(byte) & ((1U << bits) - 1);
}

// The first character of text, which is not empty (Unicode 15, table 3-7: no surrogates, nothing
// overlong).
Character first_character(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {lead, 1};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes) return {0, 0};

  std::uint32_t code = low_bits(text[0], 7 - static_cast<int>(bytes));
  for (const char byte : text.substr(1, bytes - 1)) {
    if ((static_cast<unsigned char>(byte) & 0xC0) != 0x80) return {0, 0};
    code = code << 6 | low_bits(byte, 6);
  }
  const std::uint32_t smallest = bytes == 4 ? 0x10000 : bytes == 3 ? 0x800 : 0x80;
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < smallest || code > 0x10FFFF || surrogate) return {0, 0};
  return {code, bytes};
}

bool is_control(std::uint32_t code) {
  const bool c0_or_c1 = code < 0x20 || (code >= 0x7F && code < 0xA0);
  const bool separator = code == 0x2028 || code == 0x2029;
  const bool direction = (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
  return c0_or_c1 || separator || direction;
}

std::string escaped(std::uint32_t code) {
  if (code == '\n') return "\\n";
  if (code == '\r') return "\\r";
  if (code == '\t') return "\\t";
  return code < 0x80 ? fmt::format("\\x{:02x}", code) : fmt::format("\\u{{{:04x}}}", code);
}

}  // namespace

std::string visible_text(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const Character character = first_character(bytes);
    if (character.bytes == 0)
      text += fmt::format("\\x{:02x}", static_cast<unsigned char>(bytes[0]));
    else if (is_control(character.code))
      text += escaped(character.code);
    else
      text += bytes.substr(0, character.bytes);
    bytes.remove_prefix(character.bytes == 0 ? 1 : character.bytes);
  }
  return text;
}

std::string escaped_for_xml(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += c;
    }
  }
  for (const std::string_view none : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"}) {
    for (std::size_t at = escaped.find(none); at != std::string::npos; at = escaped.find(none, at))
      escaped.replace(at, none.size(), "\uFFFD");
  }
  return escaped;
}

}  // namespace prise
