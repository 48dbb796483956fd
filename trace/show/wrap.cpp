#include "show/wrap.hpp"

#include <algorithm>

namespace prise::trace {
namespace {

// The first character of text, which is not empty and is UTF-8.
std::string_view first_character(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
  return text.substr(0, bytes);
}

// In ems. Beyond Latin, Greek and Cyrillic, as wide as an ideograph.
double character_width(std::string_view character, Face face) {
  const auto lead = static_cast<unsigned char>(character[0]);
  const bool punctuation =
      character.substr(0, 2) == "\xE2\x80";  // U+2000 to U+203F: no-break spaces, dashes
  if (lead >= 0xE1 && !(punctuation && face == Face::mono)) return lead == 0xE2 ? 1.0 : 1.3;
  if (face == Face::mono) return 0.603;
  constexpr std::string_view thin = "ijlI.,:;'|! ", narrow = "frt()[]-", wide = "mwMW@%";
  double width = 0.64;
  if (thin.find(character) != std::string_view::npos)
    width = 0.345;
  else if (narrow.find(character) != std::string_view::npos)
    width = 0.43;
  else if (wide.find(character) != std::string_view::npos)
    width = 0.98;
  else if (lead >= 'A' && lead <= 'Z')
    width = 0.73;
  return face == Face::bold ? width * 1.1 : width;
}

// How many bytes of text, one character at least, fit.
std::size_t fitting(std::string_view text, Face face, double size, double width) {
  std::size_t bytes = 0;
  double used = 0;
  while (bytes < text.size()) {
    const std::string_view character = first_character(text.substr(bytes));
    used += character_width(character, face) * size;
    if (used > width && bytes > 0) break;
    bytes += character.size();
  }
  return bytes;
}

// Not inside « », nor before the signs that the French set apart, be their spaces no-break ones or
// not.
bool may_break(std::string_view text, std::size_t space) {
  constexpr std::string_view opening = "«", closing = "»", signs = ":;!?";
  const std::string_view before = text.substr(0, space), after = text.substr(space + 1);
  const bool opens =
      before.size() >= opening.size() && before.substr(before.size() - opening.size()) == opening;
  const bool closes = after.substr(0, closing.size()) == closing;
  return !opens && !closes && (after.empty() || signs.find(after[0]) == std::string_view::npos);
}

// Where the first line of text ends: after a word if one fits.
std::size_t first_line(std::string_view text, Face face, double size, double width) {
  const std::size_t fit = fitting(text, face, size, width);
  if (fit == text.size()) return fit;
  std::size_t space = text.rfind(' ', fit);
  while (space != std::string_view::npos && space > 0 && !may_break(text, space))
    space = text.rfind(' ', space - 1);
  return space == std::string_view::npos || space == 0 ? fit : space;
}

void end_in_ellipsis(std::string& line, Face face, double size, double width) {
  const double room = std::max(0.0, width - text_width("…", face, size) - size * 0.4);
  if (text_width(line, face, size) > room) line.resize(fitting(line, face, size, room));
  line += " …";
}

}  // namespace

double text_width(std::string_view text, Face face, double size) {
  double width = 0;
  while (!text.empty()) {
    const std::string_view character = first_character(text);
    width += character_width(character, face) * size;
    text.remove_prefix(character.size());
  }
  return width;
}

std::vector<std::string> wrap(std::string_view text, Face face, double size, double width,
                              std::size_t lines_max) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    if (lines.size() == lines_max) {
      if (lines.empty()) break;
      end_in_ellipsis(lines.back(), face, size, width);
      break;
    }
    const std::size_t bytes = first_line(text, face, size, width);
    lines.emplace_back(text.substr(0, bytes));
    text.remove_prefix(bytes);
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  }
  return lines;
}

}  // namespace prise::trace
