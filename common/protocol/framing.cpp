#include "protocol/framing.hpp"

#include <algorithm>
#include <cassert>
#include <cstdint>

namespace prise::protocol {

void LineDecoder::receive(std::string_view bytes) {
  buffer_.erase(0, start_);  // once a receive, not once a line
  searched_ -= start_;
  start_ = 0;
  buffer_.append(bytes);
}

Decoded LineDecoder::next(std::string_view& line) {
  const std::size_t end = buffer_.find('\n', searched_);
  // One byte of grace: the '\r' of an unfinished line may yet turn out to be part of its end.
  const std::size_t line_bytes = (end == std::string::npos ? buffer_.size() : end) - start_;
  if (end == std::string::npos) {
    searched_ = buffer_.size();
    return line_bytes > line_bytes_max_ + 1 ? Decoded::too_long : Decoded::more;
  }
  std::string_view found = std::string_view(buffer_).substr(start_, line_bytes);
  if (found.ends_with('\r')) found.remove_suffix(1);
  if (found.size() > line_bytes_max_) return Decoded::too_long;
  start_ = searched_ = end + 1;
  line = found;
  return Decoded::message;
}

void append_line(std::string& output, std::string_view line) {
  assert(line.find('\n') == std::string_view::npos);
  output.append(line);
  output.push_back('\n');
}

void LengthDecoder::receive(std::string_view bytes) {
  buffer_.erase(0, start_);
  start_ = 0;
  buffer_.append(bytes);
}

Decoded LengthDecoder::next(std::string_view& payload) {
  const std::string_view rest = unfinished();
  if (rest.size() < length_prefix_bytes) return Decoded::more;
  std::uint32_t length = 0;
  for (const char byte : rest.substr(0, length_prefix_bytes))
    length = length << 8 | static_cast<unsigned char>(byte);
  if (length > payload_bytes_max_) return Decoded::too_long;
  if (rest.size() - length_prefix_bytes < length) return Decoded::more;
  payload = rest.substr(length_prefix_bytes, length);
  start_ += length_prefix_bytes + length;
  return Decoded::message;
}

void append_length_prefixed(std::string& output, std::string_view payload) {
  assert(payload.size() <= UINT32_MAX);
  const auto length = static_cast<std::uint32_t>(payload.size());
  for (int shift = 24; shift >= 0; shift -= 8)
    output.push_back(static_cast<char>(length >> shift & 0xff));
  output.append(payload);
}

}  // namespace prise::protocol
