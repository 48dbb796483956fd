// permessage-deflate as the harness speaks it, straight over zlib (RFC 7692 section 7).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct z_stream_s;

namespace prise::conformance {

// What was agreed for one direction.
struct Direction {
  bool takeover = true;
  int window_bits = 15;
};
struct DeflateAgreement {
  Direction server;  // what the server sends
  Direction client;
};

// The parameters in a Sec-WebSocket-Extensions answer; nothing: it is not permessage-deflate, or
// holds something that RFC 7692 section 7.1 does not allow in an answer.
std::optional<DeflateAgreement> agreement_in(std::string_view answer);

class Codec {
public:
  Codec(Direction ours, Direction theirs);
  std::string compress(std::string_view message);
  std::optional<std::string> inflate(std::string_view payload);  // nothing: it is corrupt

private:
  struct EndDeflate {
    void operator()(z_stream_s* stream) const;
  };
  struct EndInflate {
    void operator()(z_stream_s* stream) const;
  };
  Direction ours_, theirs_;
  std::unique_ptr<z_stream_s, EndDeflate> deflate_;
  std::unique_ptr<z_stream_s, EndInflate> inflate_;
};

// Not for a conversation: one message by itself, its last block marked as the last (BFINAL).
std::string deflate_with_final_block(std::string_view message);

}  // namespace prise::conformance
