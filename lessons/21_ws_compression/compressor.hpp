// A compressed message by hand (RFC 7692 section 7.2). zlib does the squeezing; what the RFC adds
// is where a message ends: at a flush, whose four last bytes everybody knows, and nobody sends.
#pragma once

#include <zlib.h>

#include <array>
#include <cstddef>
#include <new>
#include <string>
#include <string_view>

namespace prise {

enum class Context { kept, fresh };  // from one message to the next: "context takeover"

// What Z_SYNC_FLUSH ends with, always: an empty block that was not compressed (RFC 1951 3.2.4).
constexpr std::string_view flush_tail{"\x00\x00\xff\xff", 4};

inline Bytef* zlib_bytes(const char* bytes) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(bytes));  // zlib does not write where it reads
}

class Compressor {
public:
  // A negative number of bits: the bare stream of RFC 1951, without zlib's own head and checksum.
  // 9 to 15: zlib has no window of 256 bytes, whatever the two sides agreed on.
  Compressor(int window_bits, Context context) : context_(context) {
    const int level = 6, memory_level = 8;  // zlib's own habits
    if (deflateInit2(&stream_, level, Z_DEFLATED, -window_bits, memory_level, Z_DEFAULT_STRATEGY) !=
        Z_OK)
      throw std::bad_alloc();
  }
  ~Compressor() { deflateEnd(&stream_); }
  Compressor(const Compressor&) = delete;  // zlib's state points back to stream_
  Compressor& operator=(const Compressor&) = delete;

  // The payload for a message, or for its last piece. Not empty: there would be nothing to flush.
  std::string compress(std::string_view message) {
    std::string payload = squeeze(message, Z_SYNC_FLUSH);
    payload.resize(payload.size() - flush_tail.size());
    if (context_ == Context::fresh) deflateReset(&stream_);
    return payload;
  }

  // A piece of a message that does not end here; zlib may keep it all for later.
  std::string add(std::string_view piece) { return squeeze(piece, Z_NO_FLUSH); }

private:
  std::string squeeze(std::string_view bytes, int flush) {
    stream_.next_in = zlib_bytes(bytes.data());
    stream_.avail_in = static_cast<uInt>(bytes.size());
    std::string out;
    std::array<char, 16384> room;
    do {
      stream_.next_out = zlib_bytes(room.data());
      stream_.avail_out = static_cast<uInt>(room.size());
      deflate(&stream_, flush);
      out.append(room.data(), room.size() - stream_.avail_out);
    } while (stream_.avail_out == 0);  // no room is left: there may be more
    return out;
  }

  z_stream stream_{};
  Context context_;
};

class Decompressor {
public:
  Decompressor(int window_bits, Context context) : context_(context) {
    if (inflateInit2(&stream_, -window_bits) != Z_OK) throw std::bad_alloc();
  }
  ~Decompressor() { inflateEnd(&stream_); }
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;

  enum class Outcome { whole, corrupt, too_big };

  // Stops as soon as the message passes its limit, whatever is still compressed: a thousand bytes
  // that stand for a million must not become a million first.
  Outcome decompress(std::string_view payload, std::string& message,
                     std::size_t message_bytes_max) {
    const std::string bytes = std::string(payload) + std::string(flush_tail);
    stream_.next_in = zlib_bytes(bytes.data());
    stream_.avail_in = static_cast<uInt>(bytes.size());
    message.clear();
    std::array<char, 16384> room;
    do {
      stream_.next_out = zlib_bytes(room.data());
      stream_.avail_out = static_cast<uInt>(room.size());
      const int result = inflate(&stream_, Z_SYNC_FLUSH);
      // Z_BUF_ERROR: all was read already. Z_STREAM_END, a block marked as the last, is allowed but
      // rare (section 7.2.3.4): common/protocol/websocket/deflate.cpp understands it.
      if (result != Z_OK && result != Z_BUF_ERROR) return Outcome::corrupt;
      message.append(room.data(), room.size() - stream_.avail_out);
      if (message.size() > message_bytes_max) return Outcome::too_big;
    } while (stream_.avail_out == 0);
    if (context_ == Context::fresh) inflateReset(&stream_);
    return Outcome::whole;
  }

private:
  z_stream stream_{};
  Context context_;
};

}  // namespace prise
