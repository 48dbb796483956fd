// A head is judged the same whole as in its beginnings, and never past its bytes.
#include <string_view>

#include "fuzz/chunks.hpp"
#include "protocol/http_head.hpp"
#include "protocol/websocket/extension.hpp"
#include "protocol/websocket/handshake.hpp"

using namespace prise;
using fuzz::require;

namespace {

template <class Head>
void check(std::string_view bytes, std::size_t cut,
           protocol::HeadParse<Head> (*parse)(std::string_view, const protocol::HeadLimits&)) {
  using Outcome = typename protocol::HeadParse<Head>::Outcome;
  const protocol::HeadLimits limits{.head_bytes_max = 1000, .fields_max = 20};
  const auto whole = parse(bytes, limits);
  const auto beginning = parse(bytes.substr(0, cut), limits);
  if (whole.outcome == Outcome::more) require(beginning.outcome == Outcome::more);
  if (beginning.outcome == Outcome::broken)
    require(whole.outcome == Outcome::broken && whole.fault == beginning.fault);
  if (beginning.outcome == Outcome::value) require(whole.head_bytes == beginning.head_bytes);
  if (whole.outcome != Outcome::value) return;
  require(whole.head_bytes <= limits.head_bytes_max && whole.head_bytes <= bytes.size());
  for (const auto& field : whole.head.fields)
    require(field.value.data() + field.value.size() <= bytes.data() + whole.head_bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Chunks chunks{data, size};
  const std::string_view bytes = websocket::text_of(chunks.rest());
  const std::size_t cut = chunks.empty() ? 0 : chunks.take_chunk().size();
  check(bytes, cut, protocol::parse_request_head);
  check(bytes, cut, protocol::parse_response_head);

  static const websocket::Config config = [] {
    websocket::Config made;
    made.deflate.emplace();
    made.subprotocols = {"chat"};
    made.origins_allowed = {"http://a"};
    return made;
  }();
  const auto request = protocol::parse_request_head(bytes);
  if (request.outcome == decltype(request)::Outcome::value)
    websocket::judge_request(request.head, config);
  const auto response = protocol::parse_response_head(bytes);
  if (response.outcome == decltype(response)::Outcome::value)
    websocket::judge_response(response.head, config, "dGhlIHNhbXBsZSBub25jZQ==");
  return 0;
}
