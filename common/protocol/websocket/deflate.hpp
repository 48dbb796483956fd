// Compressed messages (RFC 7692 section 7.2), by zlib. Written raw in lesson 21.
//
// A message's payload is a deflate stream flushed to a byte, without the four bytes 00 00 FF FF
// that every such flush ends with.
#pragma once

#include <cstdint>
#include <memory>

#include "protocol/websocket/buffer_pool.hpp"
#include "protocol/websocket/bytes.hpp"
#include "protocol/websocket/deflate_parameters.hpp"

struct z_stream_s;

namespace prise::websocket {

// Inflates the messages of one peer, in the pieces they come in. Holds zlib's window of
// 2^window_bits bytes; never more than its caller lets it write.
//
// A peer that breaks its word and refers further back than that window is corrupt once those bytes
// are forgotten; zlib still understands it when they came in the same piece. What is given is in
// either case what a window of 15 bits would give, up to there.
class Inflater {
public:
  Inflater(int window_bits, Takeover takeover);

  enum class Outcome : std::uint8_t { good, corrupt, too_big };

  // Appends to `out` what the next piece of a message gives. `too_big` as soon as `out` would pass
  // `out_bytes_max`, whatever is still compressed: a bomb goes off no further than that.
  Outcome append(Bytes compressed, Buffer& out, std::uint64_t out_bytes_max);

  // The message ends here.
  Outcome finish(Buffer& out, std::uint64_t out_bytes_max);

private:
  Outcome inflate_piece(Buffer& out, std::uint64_t out_bytes_max);
  bool begin_again();

  struct End {
    void operator()(z_stream_s* stream) const;
  };
  std::unique_ptr<z_stream_s, End> stream_;
  Takeover takeover_;
};

// Deflates whole messages for one peer.
class Deflater {
public:
  Deflater(int window_bits, Takeover takeover, const DeflateOptions& options);

  // zlib cannot deflate within a window of 256 bytes: a side that agreed to 8 bits sends its
  // messages uncompressed, as it may (section 6).
  static bool can_deflate(int window_bits) { return window_bits > 8; }

  // The payload for a message, which must not be empty. The view lives until the next call.
  Bytes deflate(Bytes message);

private:
  struct End {
    void operator()(z_stream_s* stream) const;
  };
  std::unique_ptr<z_stream_s, End> stream_;
  Takeover takeover_;
  Buffer out_;
};

}  // namespace prise::websocket
