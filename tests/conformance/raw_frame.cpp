#include "conformance/raw_frame.hpp"

namespace prise::conformance {
namespace {

std::string big_endian(std::uint64_t number, std::size_t width) {
  std::string bytes(width, '\0');
  for (std::size_t i = width; i-- > 0; number >>= 8)
    bytes[i] = static_cast<char>(number & 0xFF);
  return bytes;
}

std::uint64_t number_in(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char byte : bytes)
    number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}

std::string length_bytes(std::uint64_t length, LengthForm form, int mask_bit) {
  if (form == LengthForm::shortest && length <= 125)
    return {static_cast<char>(static_cast<int>(length) | mask_bit)};
  if (form == LengthForm::bits_16 || (form == LengthForm::shortest && length <= 0xFFFF))
    return static_cast<char>(126 | mask_bit) + big_endian(length, 2);
  return static_cast<char>(127 | mask_bit) + big_endian(length, 8);
}

}  // namespace

std::string masked(std::string_view payload, MaskBytes key) {
  std::string bytes(payload);
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<char>(bytes[i] ^ static_cast<char>(key[i % 4]));
  return bytes;
}

FrameBytes frame_bytes(const Frame& frame, std::string_view payload, std::optional<MaskBytes> key) {
  FrameBytes out;
  out.bytes += static_cast<char>((frame.fin ? 0x80 : 0) | frame.rsv << 4 | frame.opcode);
  out.bytes += length_bytes(frame.announced_bytes.value_or(payload.size()), frame.length_form,
                            key ? 0x80 : 0);
  if (key) out.bytes.append(reinterpret_cast<const char*>(key->data()), key->size());
  out.head_bytes = out.bytes.size();
  out.bytes += key ? masked(payload, *key) : payload;
  return out;
}

std::optional<ReceivedFrame> read_frame(std::string_view input) {
  if (input.size() < 2) return std::nullopt;
  const auto first = static_cast<unsigned char>(input[0]);
  const auto second = static_cast<unsigned char>(input[1]);
  const std::size_t width = (second & 0x7F) == 126 ? 2 : (second & 0x7F) == 127 ? 8 : 0;
  const std::size_t head_bytes = 2 + width + ((second & 0x80) != 0 ? 4 : 0);
  if (input.size() < head_bytes) return std::nullopt;
  const std::uint64_t length = width == 0 ? second & 0x7F : number_in(input.substr(2, width));
  if (input.size() - head_bytes < length) return std::nullopt;

  ReceivedFrame frame;
  frame.opcode = first & 0x0F;
  frame.rsv = first >> 4 & 7;
  frame.fin = (first & 0x80) != 0;
  frame.shortest_length = width == 0 || length > (width == 2 ? 125U : 0xFFFFU);
  frame.bytes = head_bytes + static_cast<std::size_t>(length);
  frame.payload = input.substr(head_bytes, static_cast<std::size_t>(length));
  if ((second & 0x80) != 0) {
    frame.key.emplace();
    for (std::size_t i = 0; i < 4; ++i)
      (*frame.key)[i] = static_cast<unsigned char>(input[2 + width + i]);
    frame.payload = masked(frame.payload, *frame.key);
  }
  return frame;
}

}  // namespace prise::conformance
