// What a client writes and reads, in as few lines as will do: who counts what a server says must
// not count with the server's own code. RFC 6455 sections 4.1 and 5.2.
#pragma once

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace prise::scale {

// The server did what it must not do; the text says what, in French.
struct Violation : std::runtime_error {
  using std::runtime_error::runtime_error;
};

enum Opcode : unsigned char {
  continuation = 0,
  text = 1,
  binary = 2,
  close_frame = 8,
  ping = 9,
  pong = 10
};

std::string request();  // for a WebSocket

// The status of the answer, and how long its head is; 101 only if it is the right 101.
struct Answer {
  int status;
  std::size_t head_bytes;
};
std::optional<Answer> read_answer(std::string_view input);  // nothing: more is needed

// A whole frame, masked. `first` is its first byte: the opcode, and 0x80 when it is the last.
std::string masked_frame(unsigned first, std::string_view payload);
std::string message(Opcode opcode, std::string_view payload);
std::string close_message(int code);

// A frame of the server's: a view into the input.
struct Frame {
  Opcode opcode;
  std::string_view payload;
  std::size_t bytes;  // of the whole frame
};
std::optional<Frame> read_frame(std::string_view input);  // nothing: more is needed
int close_code(std::string_view payload);                 // 1005: none

}  // namespace prise::scale
