// Frames (RFC 6455 section 5.2). Written raw in lesson 16.
//
//   FIN RSV1 RSV2 RSV3 opcode(4) | MASK length(7) | length, 16 or 64 bits | key, 32 bits | payload
//
// Stateless: a head is read from, or written to, bytes that the caller owns. Which frame may
// follow which is the business of MessageReader.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "protocol/websocket/bytes.hpp"
#include "protocol/websocket/mask.hpp"
#include "protocol/websocket/rule.hpp"

namespace prise::websocket {

enum class Role : std::uint8_t { client, server };

enum class Opcode : std::uint8_t {
  continuation = 0x0,
  text = 0x1,
  binary = 0x2,
  close = 0x8,
  ping = 0x9,
  pong = 0xA,
};

constexpr bool is_control(Opcode opcode) {
  return static_cast<std::uint8_t>(opcode) >= 0x8;
}

enum class Fin : std::uint8_t { more, last };      // of the fragments of a message
enum class Compressed : std::uint8_t { no, yes };  // RSV1, RFC 7692 section 6

constexpr std::size_t frame_head_bytes_max = 14;                       // 2, length 8, key 4
constexpr std::size_t control_payload_bytes_max = 125;                 // section 5.5
constexpr std::uint64_t payload_bytes_limit = std::uint64_t{1} << 63;  // the top bit must be 0

struct FrameHead {
  Opcode opcode = Opcode::continuation;
  Fin fin = Fin::last;
  Compressed compressed = Compressed::no;
  bool masked = false;
  MaskKey key{};                    // zero when not masked
  std::uint64_t payload_bytes = 0;  // as announced, below 2^63

  bool operator==(const FrameHead&) const = default;
};

// Three outcomes. `value`: `head` holds, and the payload begins after `head_bytes`. `more`: the
// bytes are a good beginning. `broken`: `rule` says which rule, as soon as the bytes show it.
struct FrameHeadParse {
  enum class Outcome : std::uint8_t { value, more, broken };
  Outcome outcome = Outcome::more;
  Rule rule = Rule::none;
  std::uint8_t head_bytes = 0;
  FrameHead head{};
};

// Reads the head of the frame that `bytes` begin with. `reader` is who reads: a server refuses
// frames that are not masked, a client those that are (section 5.1). RSV1 is accepted here and
// judged by who knows what was negotiated.
FrameHeadParse parse_frame_head(Bytes bytes, Role reader);

// The same into a place of the caller's, for who reads a million of them: right after its small
// fields were written one by one, copying a head as a whole costs more than reading it did.
void parse_frame_head(Bytes bytes, Role reader, FrameHeadParse& parse);

// Appends the head, its length in the shortest of the three forms. The payload is the caller's to
// append, and to mask with `head.key` if `head.masked`.
void append_frame_head(std::vector<std::byte>& out, const FrameHead& head);

// Appends a whole frame, payload masked if `head.masked`. `head.payload_bytes` is taken from
// `payload`, which must not lie within `out`.
void append_frame(std::vector<std::byte>& out, FrameHead head, Bytes payload);

}  // namespace prise::websocket
