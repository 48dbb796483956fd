#include "texts.hpp"

#include <algorithm>
#include <utility>

#include "characters.hpp"
#include "limits.hpp"

namespace prise::chat {
namespace {

bool is_name(std::string_view name, std::size_t chars_max) {
  if (name.empty() || count_chars(name) > chars_max) return false;
  char32_t before = 0;
  while (!name.empty()) {
    const char32_t point = next_char(name);
    if (is_control(point) || is_unseen(point) || is_in_pieces(point, before)) return false;
    before = point;
  }
  return true;
}

}  // namespace

std::size_t count_chars(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
  }));
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

std::string tidy_name(std::string_view name) {
  std::string tidy;
  bool spaced = false;
  for (std::string_view rest = trimmed(name); !rest.empty();) {
    const std::string_view here = rest;
    if (is_space(next_char(rest))) {
      spaced = true;
      continue;
    }
    if (std::exchange(spaced, false)) tidy += ' ';
    tidy += here.substr(0, here.size() - rest.size());
  }
  return tidy;
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
    if (is_control(point)) return TextVerdict::forbidden_character;
  }
  return TextVerdict::good;
}

}  // namespace prise::chat
