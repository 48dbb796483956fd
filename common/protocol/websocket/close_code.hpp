// Why a connection ended (RFC 6455 section 7.4). Used from lesson 17 on.
#pragma once

#include <cstdint>

namespace prise::websocket {

enum class CloseCode : std::uint16_t {
  normal = 1000,
  going_away = 1001,
  protocol_error = 1002,
  unsupported_data = 1003,
  none_received = 1005,      // never sent: the peer's Close frame had no code
  closed_abnormally = 1006,  // never sent: the stream ended without a Close frame
  invalid_payload = 1007,
  policy_violation = 1008,
  message_too_big = 1009,
  extension_missing = 1010,
  internal_error = 1011,
  try_again_later = 1013,  // registered with IANA after the RFC: overload
};

// A Close frame may carry this code: what section 7.4 defines, what is registered with IANA (1012
// to 1014), and 3000 to 4999 for libraries and applications.
constexpr bool may_be_sent(CloseCode code) {
  const auto number = static_cast<std::uint16_t>(code);
  return (number >= 1000 && number <= 1003) || (number >= 1007 && number <= 1014) ||
         (number >= 3000 && number <= 4999);
}

}  // namespace prise::websocket
