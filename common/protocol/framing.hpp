// Messages out of a stream of bytes: TCP keeps the order of the bytes, and forgets where a message
// ends. Two ways to say it, both first written raw in lesson 08: a delimiter (the line) and a
// length prefix. No I/O here: bytes go in, messages come out, in whatever pieces the bytes arrive.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace prise::protocol {

// The three outcomes of parsing.
enum class Decoded {
  message,   // one is there
  more,      // bytes are missing
  too_long,  // the message is over the limit: final, as its end is unknown. Close the connection.
};

// A message for each line: text that ends with '\n'. The '\n' is not part of it, nor a '\r' before
// it (which telnet and netcat -C send).
class LineDecoder {
public:
  // line_bytes_max: the longest line accepted, without its end.
  explicit LineDecoder(std::size_t line_bytes_max) : line_bytes_max_(line_bytes_max) {}

  void receive(std::string_view bytes);  // what arrived; copied
  // The next message. line lives until the next receive.
  Decoded next(std::string_view& line);
  // What is left when the stream ends: the beginning of a line whose end never came, usually empty.
  std::string_view unfinished() const { return std::string_view(buffer_).substr(start_); }

private:
  std::size_t line_bytes_max_;
  std::string buffer_;
  std::size_t start_ =
      0;  // where the next line begins: moved, not erased, so that many short lines cost little
  std::size_t searched_ = 0;  // no '\n' before this: a long line in small pieces is searched once
};

// line must hold no '\n'.
void append_line(std::string& output, std::string_view line);

// A message after its length: four bytes, the most significant first (network byte order), which
// count the payload only. The payload may hold any byte.
inline constexpr std::size_t length_prefix_bytes = 4;

class LengthDecoder {
public:
  explicit LengthDecoder(std::size_t payload_bytes_max) : payload_bytes_max_(payload_bytes_max) {}

  void receive(std::string_view bytes);  // what arrived; copied
  // The next message. payload lives until the next receive. The limit is judged on the prefix
  // alone, before a byte of the payload is there.
  Decoded next(std::string_view& payload);
  std::string_view unfinished() const { return std::string_view(buffer_).substr(start_); }

private:
  std::size_t payload_bytes_max_;
  std::string buffer_;
  std::size_t start_ = 0;
};

// payload of at most 2^32 - 1 bytes.
void append_length_prefixed(std::string& output, std::string_view payload);

}  // namespace prise::protocol
