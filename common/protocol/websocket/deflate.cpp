#include "protocol/websocket/deflate.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <limits>
#include <new>

namespace prise::websocket {
namespace {

constexpr std::array<std::byte, 4> flush_tail{std::byte{0}, std::byte{0}, std::byte{0xFF},
                                              std::byte{0xFF}};
constexpr std::size_t out_step_bytes_min = 256;

// zlib counts in 32 bits, and does not promise not to write where it reads; it does not.
uInt piece_bytes(std::size_t count) {
  return static_cast<uInt>(std::min<std::size_t>(count, std::numeric_limits<uInt>::max()));
}

Bytef* zlib_bytes(const std::byte* bytes) {
  return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes));
}

// Room at the end of `out` for zlib to write in: `step` bytes.
void offer_room(z_stream& stream, Buffer& out, std::size_t step) {
  const std::size_t size = out.size();
  out.resize(size + step);
  stream.next_out = zlib_bytes(out.data() + size);
  stream.avail_out = piece_bytes(step);
}

void take_back_room(z_stream& stream, Buffer& out) {
  out.erase(out.end() - static_cast<std::ptrdiff_t>(stream.avail_out), out.end());
  stream.avail_out = 0;
}

void must_be_ok(int result) {
  if (result != Z_OK) throw std::bad_alloc{};  // the parameters are ours: only memory can lack
}

}  // namespace

void Inflater::End::operator()(z_stream_s* stream) const {
  inflateEnd(stream);
  delete stream;
}

// Negative bits: a raw stream, without zlib's own head and checksum.
Inflater::Inflater(int window_bits, Takeover takeover)
    : stream_{new z_stream{}}, takeover_{takeover} {
  must_be_ok(inflateInit2(stream_.get(), -window_bits));
}

Inflater::Outcome Inflater::append(Bytes compressed, Buffer& out, std::uint64_t out_bytes_max) {
  while (!compressed.empty()) {
    const uInt count = piece_bytes(compressed.size());
    stream_->next_in = zlib_bytes(compressed.data());
    stream_->avail_in = count;
    const Outcome outcome = inflate_piece(out, out_bytes_max);
    if (outcome != Outcome::good) return outcome;
    compressed = compressed.subspan(count);
  }
  return Outcome::good;
}

Inflater::Outcome Inflater::inflate_piece(Buffer& out, std::uint64_t out_bytes_max) {
  for (;;) {
    const std::uint64_t allowed = out_bytes_max - out.size();
    const std::size_t wanted = std::max(out_step_bytes_min, std::size_t{4} * stream_->avail_in);
    // One byte more than allowed, to see that there is one.
    offer_room(*stream_, out,
               static_cast<std::size_t>(std::min<std::uint64_t>(allowed, wanted)) + 1);
    const int result = inflate(stream_.get(), Z_SYNC_FLUSH);
    const bool out_is_full = stream_->avail_out == 0;
    take_back_room(*stream_, out);
    if (out.size() > out_bytes_max) return Outcome::too_big;
    if (result == Z_STREAM_END && !begin_again()) return Outcome::corrupt;
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) return Outcome::corrupt;
    if (stream_->avail_in == 0 && !out_is_full) return Outcome::good;
  }
}

// A block marked as the last ends zlib's stream, but not the message (section 7.2.3.4), nor the
// context: the window is carried over by hand.
bool Inflater::begin_again() {
  std::array<Bytef, 32768> window;
  uInt window_bytes = 0;
  return inflateGetDictionary(stream_.get(), window.data(), &window_bytes) == Z_OK &&
         inflateReset(stream_.get()) == Z_OK &&
         inflateSetDictionary(stream_.get(), window.data(), window_bytes) == Z_OK;
}

Inflater::Outcome Inflater::finish(Buffer& out, std::uint64_t out_bytes_max) {
  constexpr int after_end_of_block = 128;  // zlib.h, of data_type
  const Outcome outcome = append(flush_tail, out, out_bytes_max);
  if (outcome != Outcome::good) return outcome;
  if ((stream_->data_type & after_end_of_block) == 0) return Outcome::corrupt;  // cut short
  if (takeover_ == Takeover::none) inflateReset(stream_.get());
  return Outcome::good;
}

void Deflater::End::operator()(z_stream_s* stream) const {
  deflateEnd(stream);
  delete stream;
}

Deflater::Deflater(int window_bits, Takeover takeover, const DeflateOptions& options)
    : stream_{new z_stream{}}, takeover_{takeover} {
  assert(can_deflate(window_bits));
  must_be_ok(deflateInit2(stream_.get(), options.level, Z_DEFLATED, -window_bits,
                          options.memory_level, Z_DEFAULT_STRATEGY));
}

Bytes Deflater::deflate(Bytes message) {
  assert(!message.empty());
  release(out_, nullptr);
  while (!message.empty()) {
    const uInt count = piece_bytes(message.size());
    stream_->next_in = zlib_bytes(message.data());
    stream_->avail_in = count;
    message = message.subspan(count);
    bool more = true;
    while (more) {
      offer_room(*stream_, out_, std::max<std::size_t>(out_step_bytes_min, stream_->avail_in / 2));
      ::deflate(stream_.get(), message.empty() ? Z_SYNC_FLUSH : Z_NO_FLUSH);
      more = stream_->avail_out == 0;
      take_back_room(*stream_, out_);
    }
  }
  assert(out_.size() >= flush_tail.size());
  out_.resize(out_.size() - flush_tail.size());
  if (takeover_ == Takeover::none) deflateReset(stream_.get());
  return out_;
}

}  // namespace prise::websocket
