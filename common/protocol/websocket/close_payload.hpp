// What a Close frame carries (RFC 6455 section 5.5.1): nothing, or a code and perhaps a reason.
// Written raw in lesson 17.
#pragma once

#include <string_view>
#include <vector>

#include "protocol/websocket/bytes.hpp"
#include "protocol/websocket/close_code.hpp"
#include "protocol/websocket/rule.hpp"

namespace prise::websocket {

inline constexpr std::size_t close_reason_bytes_max = 123;  // 125 but for the two of the code

struct ClosePayload {
  CloseCode code = CloseCode::none_received;
  std::string_view reason;  // a view into the payload
  Rule rule = Rule::none;   // what the payload breaks
};

ClosePayload parse_close_payload(Bytes payload);

// Two bytes of code, then the reason; nothing for CloseCode::none_received.
void append_close_payload(std::vector<std::byte>& out, CloseCode code, std::string_view reason);

}  // namespace prise::websocket
