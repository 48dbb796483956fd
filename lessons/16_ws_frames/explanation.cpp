#include "explanation.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "console.hpp"
#include "grid.hpp"

namespace prise {

using namespace websocket;

namespace {

constexpr std::size_t bytes_shown_max = 32;  // of a payload, as text or in hex

std::string_view meaning_of(std::uint8_t opcode) {
  switch (opcode) {
    case 0x0:
      return "suite d'un message";
    case 0x1:
      return "texte, en UTF-8";
    case 0x2:
      return "binaire";
    case 0x8:
      return "contrôle : Close, la fin";
    case 0x9:
      return "contrôle : Ping";
    case 0xA:
      return "contrôle : Pong";
    default:
      return opcode < 8 ? "réservé, pour un message" : "réservé, pour le contrôle";
  }
}

std::string bits(unsigned value, int count) {
  std::string text;
  while (count-- > 0)
    text += (value >> count & 1) != 0 ? '1' : '0';
  return text;
}

std::string octets(std::uint64_t count) {
  return fmt::format("{} octet{}", count, count > 1 ? "s" : "");
}

void explain_length(Bytes bytes) {
  const unsigned short_length = std::to_integer<unsigned>(bytes[1]) & 0x7F;
  const std::string digits = bits(short_length, 7);
  const std::size_t width = short_length == 126 ? 2 : short_length == 127 ? 8 : 0;
  if (width == 0) return say("  longueur  {}  {} de contenu", digits, octets(short_length));
  say("  longueur  {}  {} : la longueur est dans les {} octets suivants", digits, short_length,
      width);
  if (bytes.size() < 2 + width) return;
  std::uint64_t length = 0;
  for (const std::byte byte : bytes.subspan(2, width))
    length = length << 8 | std::to_integer<std::uint64_t>(byte);
  say("            {} = {} de contenu", hex(text_of(bytes.subspan(2, width))), octets(length));
}

}  // namespace

void explain_head(Bytes bytes) {
  const unsigned first = std::to_integer<unsigned>(bytes[0]);
  const auto opcode = static_cast<std::uint8_t>(first & 0x0F);
  say("  FIN       {}        {}", first >> 7,
      first >> 7 != 0 ? "la dernière trame du message" : "d'autres trames suivent");
  say("  RSV1-3    {}      réservés aux extensions", bits(first >> 4 & 7, 3));
  say("  opcode    {}     0x{:x} : {}", bits(opcode, 4), opcode, meaning_of(opcode));
  if (bytes.size() < 2) return;
  const unsigned mask = std::to_integer<unsigned>(bytes[1]) >> 7;
  say("  MASK      {}        {}", mask,
      mask != 0 ? "contenu masqué : un client l'envoie" : "contenu en clair : un serveur l'envoie");
  explain_length(bytes);
}

void show_content(std::string_view payload, Style style) {
  const bool as_text = style == Style::as_text;
  std::string_view shown = payload.substr(0, bytes_shown_max);
  while (as_text && shown.size() < payload.size() && !shown.empty() &&
         (payload[shown.size()] & 0xC0) == 0x80)
    shown.remove_suffix(1);  // not in the middle of a character
  const std::string_view rest = shown.size() < payload.size() ? "…" : "";
  if (payload.empty()) return say("  contenu   (vide)");
  if (as_text) return say("  contenu   « {}{} »", shown, rest);
  say("  contenu   {}{}{}", hex(shown), rest.empty() ? "" : " ", rest);
}

void explain_unmasking(Bytes masked, const MaskKey& key) {
  say("  clé       {}", hex(text_of(Bytes(key))));
  const std::size_t shown = std::min(masked.size(), payload_bytes_drawn);
  for (std::size_t i = 0; i < shown; ++i) {
    const auto plain = static_cast<char>(masked[i] ^ key[i % 4]);
    const bool visible = plain >= 0x20 && plain < 0x7F;
    say("    octet {:<2}  {:02x} xor clé[{}] {:02x} = {:02x}{}", i,
        std::to_integer<unsigned>(masked[i]), i % 4, std::to_integer<unsigned>(key[i % 4]),
        static_cast<unsigned char>(plain), visible ? fmt::format("  {}", plain) : "");
  }
  if (shown < masked.size()) say("    … et ainsi de suite");
}

std::string explanation_of(Rule rule) {
  struct Row {
    Rule rule;
    std::string_view text;
  };
  static constexpr std::array rows{
      Row{Rule::reserved_bit_set, "un bit réservé vaut 1, et aucune extension ne s'en sert"},
      Row{Rule::opcode_reserved, "cet opcode n'existe pas"},
      Row{Rule::frame_unmasked, "un client doit masquer toutes ses trames"},
      Row{Rule::frame_masked, "un serveur ne doit masquer aucune trame"},
      Row{Rule::length_not_minimal, "cette longueur s'écrit en moins d'octets"},
      Row{Rule::length_over_63_bits, "le premier bit d'une longueur de 64 bits doit être 0"},
      Row{Rule::control_frame_too_long, "une trame de contrôle porte 125 octets au plus"},
      Row{Rule::control_frame_fragmented,
          "une trame de contrôle ne se coupe pas : FIN doit être 1"},
      Row{Rule::continuation_without_message, "la suite d'un message qui n'a pas commencé"},
      Row{Rule::message_inside_message, "un message commence avant la fin du précédent"},
      Row{Rule::compressed_bit_misplaced,
          "RSV1 n'a sa place que sur la première trame d'un message"},
      Row{Rule::text_not_utf8, "ce texte n'est pas de l'UTF-8"},
      Row{Rule::close_payload_of_one_byte, "un code de fermeture fait deux octets"},
      Row{Rule::close_code_invalid, "ce code de fermeture ne doit pas être envoyé"},
      Row{Rule::close_reason_not_utf8, "la raison de la fermeture n'est pas de l'UTF-8"},
  };
  const auto* const row =
      std::find_if(rows.begin(), rows.end(), [rule](const Row& one) { return one.rule == rule; });
  // "RFC 6455 5.2" → "RFC 6455 §5.2"
  std::string section(facts_of(rule).section);
  section.insert(section.rfind(' ') + 1, "§");
  return fmt::format("{} ({})", row == rows.end() ? facts_of(rule).name : row->text, section);
}

}  // namespace prise
