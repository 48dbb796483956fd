#include "protocol/websocket/frame.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>

namespace prise::websocket {
namespace {

using Outcome = FrameHeadParse::Outcome;

constexpr std::uint8_t fin_bit = 0x80;
constexpr std::uint8_t rsv1_bit = 0x40;
constexpr std::uint8_t rsv2_and_rsv3_bits = 0x30;
constexpr std::uint8_t mask_bit = 0x80;
constexpr std::uint8_t length_in_2_bytes = 126;
constexpr std::uint8_t length_in_8_bytes = 127;

constexpr bool is_reserved(std::uint8_t opcode) {
  return (opcode & 0x7) > 2;
}

// Network byte order: the most significant byte first.
template <class Number>
Number read_number(const std::byte* from) {
  Number number = 0;
  for (std::size_t i = 0; i < sizeof number; ++i)
    number = static_cast<Number>(number << 8 | std::to_integer<Number>(from[i]));
  return number;
}

std::byte* write_number(std::byte* at, std::uint64_t number, std::size_t width) {
  for (std::size_t i = width; i-- > 0; number >>= 8)
    at[i] = static_cast<std::byte>(number);
  return at + width;
}

constexpr Rule judge_first_byte(std::uint8_t byte) {
  if ((byte & rsv2_and_rsv3_bits) != 0) return Rule::reserved_bit_set;
  const std::uint8_t opcode = byte & 0x0F;
  if (is_reserved(opcode)) return Rule::opcode_reserved;
  if (is_control(Opcode{opcode}) && (byte & fin_bit) == 0) return Rule::control_frame_fragmented;
  return Rule::none;
}

// Judged once for each of the 256: a table is read faster than three questions are asked.
constexpr auto first_byte_rules = [] {
  std::array<Rule, 256> rules{};
  for (std::size_t byte = 0; byte < rules.size(); ++byte)
    rules[byte] = judge_first_byte(static_cast<std::uint8_t>(byte));
  return rules;
}();

Rule judge_second_byte(std::uint8_t byte, bool control, Role reader) {
  if ((byte & mask_bit) == 0 && reader == Role::server) return Rule::frame_unmasked;
  if ((byte & mask_bit) != 0 && reader == Role::client) return Rule::frame_masked;
  if (control && (byte & ~mask_bit) > control_payload_bytes_max)
    return Rule::control_frame_too_long;
  return Rule::none;
}

// The smallest length that needs as many bytes as this one took.
Rule judge_long_length(std::uint64_t length, std::size_t width) {
  if (length >= payload_bytes_limit) return Rule::length_over_63_bits;
  const bool minimal = length > (width == 2 ? control_payload_bytes_max : 0xFFFF);
  return minimal ? Rule::none : Rule::length_not_minimal;
}

// The parts of a head, each written straight into the one result: a result copied from hand to hand
// costs more than the reading.
Outcome broken(FrameHeadParse& parse, Rule rule) {
  parse.rule = rule;
  return Outcome::broken;
}

Outcome read_key(Bytes bytes, FrameHeadParse& parse) {
  FrameHead& head = parse.head;
  if (!head.masked) return Outcome::value;
  if (bytes.size() < parse.head_bytes + head.key.size()) return Outcome::more;
  std::memcpy(head.key.data(), &bytes[parse.head_bytes], head.key.size());
  parse.head_bytes = static_cast<std::uint8_t>(parse.head_bytes + head.key.size());
  return Outcome::value;
}

Outcome read_length(Bytes bytes, std::uint8_t short_length, FrameHeadParse& parse) {
  parse.head_bytes = 2;
  parse.head.payload_bytes = short_length;
  if (short_length < length_in_2_bytes) return Outcome::value;
  const std::size_t width = short_length == length_in_8_bytes ? 8 : 2;
  if (bytes.size() < 2 + width) return Outcome::more;
  parse.head_bytes = static_cast<std::uint8_t>(2 + width);
  parse.head.payload_bytes =
      width == 2 ? read_number<std::uint16_t>(&bytes[2]) : read_number<std::uint64_t>(&bytes[2]);
  const Rule rule = judge_long_length(parse.head.payload_bytes, width);
  return rule == Rule::none ? Outcome::value : broken(parse, rule);
}

Outcome read_head(Bytes bytes, Role reader, FrameHeadParse& parse) {
  if (bytes.empty()) return Outcome::more;
  const auto first = std::to_integer<std::uint8_t>(bytes[0]);
  if (const Rule rule = first_byte_rules[first]; rule != Rule::none) return broken(parse, rule);
  if (bytes.size() < 2) return Outcome::more;
  parse.head.opcode = Opcode{static_cast<std::uint8_t>(first & 0x0F)};
  parse.head.fin = (first & fin_bit) != 0 ? Fin::last : Fin::more;
  parse.head.compressed = (first & rsv1_bit) != 0 ? Compressed::yes : Compressed::no;

  const auto second = std::to_integer<std::uint8_t>(bytes[1]);
  const Rule rule = judge_second_byte(second, is_control(parse.head.opcode), reader);
  if (rule != Rule::none) return broken(parse, rule);
  parse.head.masked = (second & mask_bit) != 0;
  const Outcome length = read_length(bytes, second & 0x7F, parse);
  return length == Outcome::value ? read_key(bytes, parse) : length;
}

}  // namespace

FrameHeadParse parse_frame_head(Bytes bytes, Role reader) {
  FrameHeadParse parse;
  parse_frame_head(bytes, reader, parse);
  return parse;
}

void parse_frame_head(Bytes bytes, Role reader, FrameHeadParse& parse) {
  parse = {};
  parse.outcome = read_head(bytes, reader, parse);
}

void append_frame_head(std::vector<std::byte>& out, const FrameHead& head) {
  assert(head.payload_bytes < payload_bytes_limit);
  assert(!is_control(head.opcode) || head.payload_bytes <= control_payload_bytes_max);
  std::array<std::byte, frame_head_bytes_max> bytes{};
  const std::uint64_t length = head.payload_bytes;
  const std::size_t width = length <= control_payload_bytes_max ? 0 : length <= 0xFFFF ? 2 : 8;
  const std::uint64_t short_length = width == 0   ? length
                                     : width == 2 ? length_in_2_bytes
                                                  : length_in_8_bytes;
  bytes[0] = static_cast<std::byte>((head.fin == Fin::last ? fin_bit : 0) |
                                    (head.compressed == Compressed::yes ? rsv1_bit : 0) |
                                    static_cast<std::uint8_t>(head.opcode));
  bytes[1] = static_cast<std::byte>((head.masked ? mask_bit : 0) | short_length);
  std::byte* end = write_number(&bytes[2], length, width);
  if (head.masked) end = std::copy(head.key.begin(), head.key.end(), end);
  out.insert(out.end(), bytes.data(), end);
}

void append_frame(std::vector<std::byte>& out, FrameHead head, Bytes payload) {
  head.payload_bytes = payload.size();
  append_frame_head(out, head);
  const std::size_t begin = out.size();
  out.insert(out.end(), payload.begin(), payload.end());
  if (head.masked) apply_mask(MutableBytes{out}.subspan(begin), head.key);
}

}  // namespace prise::websocket
