#include "protocol/websocket/close_payload.hpp"

#include <cassert>

#include "protocol/websocket/utf8.hpp"

namespace prise::websocket {

ClosePayload parse_close_payload(Bytes payload) {
  ClosePayload parsed;
  if (payload.empty()) return parsed;
  if (payload.size() == 1) {
    parsed.rule = Rule::close_payload_of_one_byte;
    return parsed;
  }
  const unsigned number =
      std::to_integer<unsigned>(payload[0]) << 8 | std::to_integer<unsigned>(payload[1]);
  parsed.code = CloseCode{static_cast<std::uint16_t>(number)};
  parsed.reason = text_of(payload.subspan(2));
  if (!may_be_sent(parsed.code))
    parsed.rule = Rule::close_code_invalid;
  else if (!is_utf8(payload.subspan(2)))
    parsed.rule = Rule::close_reason_not_utf8;
  return parsed;
}

void append_close_payload(std::vector<std::byte>& out, CloseCode code, std::string_view reason) {
  if (code == CloseCode::none_received) return;
  assert(may_be_sent(code) && reason.size() <= close_reason_bytes_max);
  const auto number = static_cast<std::uint16_t>(code);
  out.push_back(static_cast<std::byte>(number >> 8));
  out.push_back(static_cast<std::byte>(number));
  const Bytes bytes = bytes_of(reason);
  out.insert(out.end(), bytes.begin(), bytes.end());
}

}  // namespace prise::websocket
