#include "texts.hpp"

#include <algorithm>
#include <array>

#include "limits.hpp"

namespace prise::chat {
namespace {

constexpr bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

// Takes the first code point off `text`, which is not empty.
char32_t next_char(std::string_view& text) {
  std::size_t bytes = 1;
  while (bytes < text.size() && is_continuation(text[bytes]))
    ++bytes;
  const auto first = static_cast<unsigned char>(text.front());
  // The first byte has as many bits of the code point as the sequence's length leaves it.
  char32_t point = bytes == 1 ? first : first & (0x7Fu >> bytes);
  for (std::size_t i = 1; i < bytes; ++i)
    point = (point << 6) | (static_cast<unsigned char>(text[i]) & 0x3Fu);
  text.remove_prefix(bytes);
  return point;
}

struct Range {
  char32_t first, last;
};

constexpr bool is_within(char32_t point, Range range) {
  return range.first <= point && point <= range.last;
}

bool is_joiner(char32_t point) {
  return point == 0x200C || point == 0x200D;
}

// Controls, and what turns text round or hides in it: a name must not look like another one.
bool is_forbidden(char32_t point) {
  static constexpr auto forbidden = std::to_array<Range>({{0x0000, 0x001F},
                                                          {0x007F, 0x009F},
                                                          {0x200B, 0x200F},
                                                          {0x2028, 0x202E},
                                                          {0x2060, 0x2069},
                                                          {0xFEFF, 0xFEFF}});
  return std::any_of(forbidden.begin(), forbidden.end(),
                     [point](Range range) { return is_within(point, range); });
}

// As Unicode's White_Space, but for the controls.
bool is_space(char32_t point) {
  return point == ' ' || point == '\t' || point == '\n' || point == '\r' || point == 0xA0 ||
         point == 0x1680 || is_within(point, {0x2000, 0x200A}) || point == 0x202F ||
         point == 0x205F || point == 0x3000;
}

bool is_name(std::string_view name, std::size_t chars_max) {
  if (name.empty() || count_chars(name) > chars_max) return false;
  while (!name.empty())
    if (is_forbidden(next_char(name))) return false;
  return true;
}

}  // namespace

std::size_t count_chars(std::string_view utf8) {
  return utf8.size() -
         static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), is_continuation));
}

std::string_view trimmed(std::string_view utf8) {
  std::string_view rest = utf8;
  const char* first = utf8.data();
  const char* end = first;
  bool begun = false;
  while (!rest.empty()) {
    const char* const here = rest.data();
    if (is_space(next_char(rest))) continue;
    if (!begun) first = here;
    begun = true;
    end = rest.data();
  }
  return begun ? std::string_view(first, static_cast<std::size_t>(end - first))
               : std::string_view();
}

// "<user>: <message>" is all that a client of the notes sees: with a ':' in a name, one could speak
// in another's.
bool is_user_name(std::string_view name) {
  return is_name(name, limits::user_chars) && name.find(':') == std::string_view::npos;
}

bool is_room_name(std::string_view name) {
  return is_name(name, limits::room_chars);
}

TextVerdict judge_message(std::string_view text) {
  if (trimmed(text).empty()) return TextVerdict::empty;
  if (count_chars(text) > limits::message_chars) return TextVerdict::too_long;
  while (!text.empty()) {
    const char32_t point = next_char(text);
    if (point == '\n' || point == '\t' || is_joiner(point)) continue;
    if (is_forbidden(point)) return TextVerdict::forbidden_character;
  }
  return TextVerdict::good;
}

}  // namespace prise::chat
