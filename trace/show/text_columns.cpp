#include "show/text_columns.hpp"

#include <algorithm>
#include <cstdint>

namespace prise::trace {
namespace {

std::uint32_t code_of(std::string_view character) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
  if (character.size() == 1) return byte(0);
  std::uint32_t code = byte(0) & (0x7FU >> character.size());
  for (std::size_t i = 1; i < character.size(); ++i)
    code = code << 6 | (byte(i) & 0x3FU);
  return code;
}

bool combines(std::uint32_t code) {
  return (code >= 0x300 && code <= 0x36F) || (code >= 0x200B && code <= 0x200D) ||
         (code >= 0xFE00 && code <= 0xFE0F);
}

// The ranges that matter in a chat: east Asian writing and pictures.
bool is_wide(std::uint32_t code) {
  return (code >= 0x1100 && code <= 0x115F) || (code >= 0x2E80 && code <= 0xA4CF) ||
         (code >= 0xAC00 && code <= 0xD7A3) || (code >= 0xF900 && code <= 0xFAFF) ||
         (code >= 0xFF00 && code <= 0xFF60) || (code >= 0x1F300 && code <= 0x1FAFF) ||
         (code >= 0x20000 && code <= 0x3FFFD);
}

// A sign that the French set apart, and the no-break space before it, belong to the word before.
bool may_begin_line(const std::vector<std::string>& glyphs, std::size_t i) {
  if (i == glyphs.size()) return true;
  const auto holds_on = [](const std::string& glyph) {
    return glyph == "\u00a0" || glyph == "\u202f";
  };
  return !holds_on(glyphs[i]) && glyphs[i] != "»" && (i == 0 || !holds_on(glyphs[i - 1]));
}

}  // namespace

std::vector<std::string> glyphs_of(std::string_view text) {
  std::vector<std::string> glyphs;
  while (!text.empty()) {
    std::size_t size = 1;
    while (size < text.size() && (text[size] & 0xC0) == 0x80)
      ++size;
    const std::string_view character = text.substr(0, size);
    text.remove_prefix(size);
    const std::uint32_t code = code_of(character.substr(0, 4));
    if (combines(code) && !glyphs.empty()) {
      glyphs.back() += character;
      continue;
    }
    glyphs.emplace_back(character);
    if (is_wide(code)) glyphs.emplace_back();
  }
  return glyphs;
}

std::size_t columns_of(std::string_view text) {
  return glyphs_of(text).size();
}

std::string shortened(std::string_view text, std::size_t columns) {
  const std::vector<std::string> glyphs = glyphs_of(text);
  if (glyphs.size() <= columns) return std::string(text);
  std::string kept;
  for (std::size_t i = 0; i + 1 < columns; ++i)
    kept += glyphs[i];
  return kept + "…";
}

std::vector<std::string> wrapped(std::string_view text, std::size_t columns) {
  const std::vector<std::string> glyphs = glyphs_of(text);
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < glyphs.size();) {
    std::size_t end = std::min(begin + columns, glyphs.size());
    std::size_t next = end;
    if (end < glyphs.size()) {
      std::size_t space = end;
      while (space > begin && (glyphs[space] != " " || !may_begin_line(glyphs, space + 1)))
        --space;
      if (space > begin) {
        end = space;
        next = space + 1;
      } else {
        while (end > begin + 1 && !may_begin_line(glyphs, end))
          --end;
        next = end;
      }
    }
    std::string line;
    for (std::size_t i = begin; i < end; ++i)
      line += glyphs[i];
    lines.push_back(std::move(line));
    begin = next;
  }
  return lines;
}

}  // namespace prise::trace
