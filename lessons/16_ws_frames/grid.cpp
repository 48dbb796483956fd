#include "grid.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <bitset>
#include <cstdint>

namespace prise {
namespace {

constexpr std::size_t row_bits = 32;

struct Field {
  std::string name;
  std::size_t first_bit;
  std::size_t end_bit;
};

std::uint8_t byte_at(std::string_view frame, std::size_t at) {
  return static_cast<std::uint8_t>(frame[at]);
}

// The fields, and not a bit more than there is.
std::vector<Field> fields_of(std::string_view frame) {
  std::vector<Field> fields;
  std::size_t bit = 0;
  const auto add = [&](std::string name, std::uint64_t bits) {
    const std::size_t left = frame.size() * 8 - bit;
    const std::size_t count = bits < left ? static_cast<std::size_t>(bits) : left;
    if (count > 0) fields.push_back({std::move(name), bit, bit + count});
    bit += count;
  };
  for (const char* one : {"FIN", "RSV1", "RSV2", "RSV3"})
    add(one, 1);
  add("opcode", 4);
  add("MASK", 1);
  add("longueur", 7);
  if (frame.size() < 2) return fields;

  const bool masked = (byte_at(frame, 1) & 0x80) != 0;
  const std::uint8_t length = byte_at(frame, 1) & 0x7F;
  if (length >= 126)
    add(length == 126 ? "longueur, sur 16 bits" : "longueur, sur 64 bits", length == 126 ? 16 : 64);
  if (masked) add("clé de masquage", 32);
  add(masked ? "contenu masqué" : "contenu", payload_bytes_drawn * 8);
  return fields;
}

std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string centred(const std::string& text, std::size_t width) {
  const std::size_t blanks = width - columns(text);
  return std::string(blanks / 2, ' ') + text + std::string(blanks - blanks / 2, ' ');
}

// What of the field stands in the row.
struct Box {
  const Field* field;
  std::size_t first, end;  // bits, in the row
  bool continued;

  std::size_t width() const { return (end - first) * 2 - 1; }
};

std::vector<Box> boxes_of(const std::vector<Field>& fields, std::size_t row) {
  const std::size_t begin = row * row_bits, end = begin + row_bits;
  std::vector<Box> boxes;
  for (const Field& field : fields) {
    if (field.end_bit <= begin || field.first_bit >= end) continue;
    boxes.push_back({&field, std::max(field.first_bit, begin) - begin,
                     std::min(field.end_bit, end) - begin, field.first_bit < begin});
  }
  return boxes;
}

std::string label_of(const Box& box) {
  const std::string whole = box.field->name + (box.continued ? " (suite)" : "");
  for (const std::string& label : {whole, box.field->name, std::string("…")})
    if (columns(label) <= box.width()) return centred(label, box.width());
  return std::string(box.width(), ' ');
}

// A box of one bit has its name written downwards, as in the RFC.
std::string label_line(const std::vector<Box>& boxes, std::size_t line) {
  std::string text = "|";
  for (const Box& box : boxes) {
    const std::string& name = box.field->name;
    if (box.width() == 1)
      text += line < name.size() ? name[line] : ' ';
    else
      text += line == 0 ? label_of(box) : std::string(box.width(), ' ');
    text += '|';
  }
  return text;
}

std::string bits_line(std::string_view frame, const std::vector<Box>& boxes, std::size_t row) {
  std::string text = "|";
  for (const Box& box : boxes) {
    for (std::size_t bit = box.first; bit < box.end; ++bit) {
      const std::size_t at = row * row_bits + bit;
      text += (byte_at(frame, at / 8) >> (7 - at % 8) & 1) != 0 ? '1' : '0';
      text += bit + 1 < box.end ? ' ' : '|';
    }
  }
  return text;
}

// Under the eight bits of each byte, its value.
std::string hex_line(std::string_view frame, std::size_t row) {
  std::string text = "|";
  const std::size_t end = std::min(frame.size(), (row + 1) * row_bits / 8);
  for (std::size_t at = row * row_bits / 8; at < end; ++at)
    text += centred(fmt::format("{:02x}", byte_at(frame, at)), 15) + "|";
  return text;
}

std::string border(const std::vector<Box>& above, const std::vector<Box>& below) {
  std::size_t end = 0;
  std::bitset<row_bits + 1> corners;
  for (const auto* boxes : {&above, &below}) {
    for (const Box& box : *boxes) {
      corners.set(box.first).set(box.end);
      end = std::max(end, box.end);
    }
  }
  std::string text;
  for (std::size_t bit = 0; bit <= end; ++bit) {
    text += corners[bit] ? '+' : '-';
    if (bit < end) text += '-';
  }
  return text;
}

}  // namespace

std::vector<std::string> grid_of(std::string_view frame) {
  const std::vector<Field> fields = fields_of(frame);
  if (fields.empty()) return {};
  frame = frame.substr(0, fields.back().end_bit / 8);
  std::vector<std::string> lines{
      " 0                   1                   2                   3",
      " 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1"};
  std::vector<Box> above;
  for (std::size_t row = 0; row * row_bits < fields.back().end_bit; ++row) {
    const std::vector<Box> boxes = boxes_of(fields, row);
    lines.push_back(border(above, boxes));
    for (std::size_t line = 0; line < (row == 0 ? 4 : 1); ++line)
      lines.push_back(label_line(boxes, line));
    lines.push_back(bits_line(frame, boxes, row));
    lines.push_back(hex_line(frame, row));
    above = boxes;
  }
  lines.push_back(border(above, {}));
  return lines;
}

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes)
    text += fmt::format("{}{:02x}", text.empty() ? "" : " ", static_cast<unsigned char>(byte));
  return text;
}

}  // namespace prise
