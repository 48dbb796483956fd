#include "conformance/codec.hpp"

#include <zlib.h>

#include <algorithm>
#include <set>
#include <stdexcept>

namespace prise::conformance {
namespace {

using namespace std::string_view_literals;

constexpr auto flush_tail = "\x00\x00\xFF\xFF"sv;

Bytef* zlib_bytes(std::string_view text) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
}

// Level 1: the harness should wait for the peer, not the peer for it. zlib has no window of 2^8
// for raw streams; Huffman codes alone look back at nothing.
z_stream* new_deflate(int window_bits) {
  auto stream = std::make_unique<z_stream>();
  const int strategy = window_bits == 8 ? Z_HUFFMAN_ONLY : Z_DEFAULT_STRATEGY;
  if (deflateInit2(stream.get(), 1, Z_DEFLATED, -std::max(window_bits, 9), 8, strategy) != Z_OK)
    throw std::runtime_error("deflateInit2");
  return stream.release();
}

z_stream* new_inflate(int window_bits) {
  auto stream = std::make_unique<z_stream>();
  if (inflateInit2(stream.get(), -window_bits) != Z_OK) throw std::runtime_error("inflateInit2");
  return stream.release();
}

std::string deflated(z_stream& stream, std::string_view message, int flush) {
  std::string out(deflateBound(&stream, message.size()) + 16, '\0');
  stream.next_in = zlib_bytes(message);
  stream.avail_in = static_cast<uInt>(message.size());
  stream.next_out = zlib_bytes(out);
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, flush);
  out.resize(out.size() - stream.avail_out);
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

bool read_parameter(std::string_view parameter, DeflateAgreement& agreement) {
  const std::size_t equals = parameter.find('=');
  const std::string_view name = trimmed(parameter.substr(0, equals));
  const bool server = name.starts_with("server_");
  Direction& direction = server ? agreement.server : agreement.client;
  if (name == "server_no_context_takeover" || name == "client_no_context_takeover") {
    direction.takeover = false;
    return equals == std::string_view::npos;
  }
  if (name != "server_max_window_bits" && name != "client_max_window_bits") return false;
  if (equals == std::string_view::npos) return false;
  const std::string value(trimmed(parameter.substr(equals + 1)));
  static const std::set<std::string> allowed{"8", "9", "10", "11", "12", "13", "14", "15"};
  if (!allowed.contains(value)) return false;
  direction.window_bits = std::stoi(value);
  return true;
}

}  // namespace

std::optional<DeflateAgreement> agreement_in(std::string_view answer) {
  DeflateAgreement agreement;
  bool first = true;
  while (!answer.empty()) {
    const std::size_t end = std::min(answer.find(';'), answer.size());
    const std::string_view part = trimmed(answer.substr(0, end));
    answer.remove_prefix(std::min(end + 1, answer.size()));
    if (first ? part != "permessage-deflate" : !read_parameter(part, agreement))
      return std::nullopt;
    first = false;
  }
  if (first) return std::nullopt;
  return agreement;
}

void Codec::EndDeflate::operator()(z_stream_s* stream) const {
  deflateEnd(stream);
  delete stream;
}

void Codec::EndInflate::operator()(z_stream_s* stream) const {
  inflateEnd(stream);
  delete stream;
}

Codec::Codec(Direction ours, Direction theirs)
    : ours_(ours),
      theirs_(theirs),
      deflate_(new_deflate(ours.window_bits)),
      inflate_(new_inflate(theirs.window_bits)) {}

std::string Codec::compress(std::string_view message) {
  if (message.empty()) return std::string(1, '\0');  // section 7.2.3.6
  std::string out = deflated(*deflate_, message, Z_SYNC_FLUSH);
  out.resize(out.size() - flush_tail.size());
  if (!ours_.takeover) deflateReset(deflate_.get());
  return out;
}

std::optional<std::string> Codec::inflate(std::string_view payload) {
  const std::string input = std::string(payload).append(flush_tail);
  std::string out;
  inflate_->next_in = zlib_bytes(input);
  inflate_->avail_in = static_cast<uInt>(input.size());
  do {
    const std::size_t had = out.size();
    // zlib looks no further back than its window and what it wrote in this one call: small steps
    // show a sender whose window is larger than agreed.
    const std::size_t step = theirs_.window_bits < 15
                                 ? 64
                                 : std::max<std::size_t>(4096, 2 * std::size_t{inflate_->avail_in});
    out.resize(had + step);
    inflate_->next_out = zlib_bytes(std::string_view(out).substr(had));
    inflate_->avail_out = static_cast<uInt>(step);
    const int result = ::inflate(inflate_.get(), Z_SYNC_FLUSH);
    out.resize(out.size() - inflate_->avail_out);
    if (result != Z_OK && result != Z_BUF_ERROR) return std::nullopt;
  } while (inflate_->avail_in > 0 || inflate_->avail_out == 0);
  if (!theirs_.takeover) inflateReset(inflate_.get());
  return out;
}

std::string deflate_with_final_block(std::string_view message) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
  std::string out = deflated(stream, message, Z_FINISH);
  deflateEnd(&stream);
  return out + '\0';  // section 7.2.3.4: an empty block follows, without its last four bytes
}

}  // namespace prise::conformance
