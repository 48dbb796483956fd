// A frame's head that is read is written back byte for byte; each beginning of it asks for more.
#include "fuzz/chunks.hpp"
#include "protocol/websocket/frame.hpp"
#include "protocol/websocket/utf8.hpp"

using namespace prise::websocket;
using prise::fuzz::require;
using Outcome = FrameHeadParse::Outcome;

namespace {

void check_frame_head(Bytes bytes, Role reader) {
  const auto parse = parse_frame_head(bytes, reader);
  const std::size_t whole = parse.outcome == Outcome::value ? parse.head_bytes : bytes.size();
  for (std::size_t length = 0; length < std::min(whole, frame_head_bytes_max); ++length) {
    const auto beginning = parse_frame_head(bytes.first(length), reader);
    require(beginning.outcome != Outcome::value);
    if (beginning.outcome == Outcome::broken) require(parse.rule == beginning.rule);
  }
  if (parse.outcome != Outcome::value) return;
  std::vector<std::byte> written;
  append_frame_head(written, parse.head);
  require(
      std::equal(written.begin(), written.end(), bytes.begin(), bytes.begin() + parse.head_bytes));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  prise::fuzz::Chunks chunks{data, size};
  check_frame_head(chunks.rest(), Role::server);
  check_frame_head(chunks.rest(), Role::client);

  const bool valid = is_utf8(chunks.rest());
  Utf8Validator pieces;
  bool possible = true;
  while (!chunks.empty())
    possible = pieces.append(chunks.take_chunk());
  require(valid == (possible && pieces.at_boundary()));
  return 0;
}
