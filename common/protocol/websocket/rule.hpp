// The rules a peer can break, each with its name, its section and what is answered.
// Lesson 15 applies those of the handshake, 16 those of frames, 17 those of a connection.
#pragma once

#include <cstdint>
#include <string_view>

#include "protocol/websocket/close_code.hpp"

namespace prise::websocket {

enum class Rule : std::uint8_t {
  none,  // nothing was broken

  // The opening handshake, as the server judges it (RFC 6455 section 4.2.1).
  head_malformed,
  head_too_large,
  method_not_get,
  http_version_too_old,
  request_has_body,
  host_missing,
  host_repeated,
  upgrade_missing,
  upgrade_not_websocket,
  connection_without_upgrade,
  key_missing,
  key_repeated,
  key_not_16_bytes,
  version_missing,
  version_repeated,
  version_unsupported,
  origin_repeated,
  origin_not_allowed,
  subprotocols_malformed,
  extensions_malformed,
  refused_by_application,

  // The same, as the client judges the answer (section 4.1; it shares the upgrade_ rules).
  status_not_101,
  accept_missing,
  accept_repeated,
  accept_wrong,
  subprotocol_repeated,
  subprotocol_not_offered,
  extension_not_offered,
  extension_parameters_wrong,

  handshake_cut,  // the stream ended before the handshake did

  // Frames (section 5).
  reserved_bit_set,
  opcode_reserved,
  frame_unmasked,
  frame_masked,
  length_not_minimal,
  length_over_63_bits,
  control_frame_too_long,
  control_frame_fragmented,
  continuation_without_message,
  message_inside_message,
  compressed_bit_misplaced,  // RFC 7692 section 6.1
  deflate_corrupt,           // RFC 7692 section 7.2.2
  text_not_utf8,
  message_too_big,
  too_many_fragments,

  // The end (sections 5.5.1 and 7).
  close_payload_of_one_byte,
  close_code_invalid,
  close_reason_not_utf8,
  ended_without_close,
};

struct RuleFacts {
  std::string_view name;     // the enumerator's
  std::string_view section;  // "RFC 6455 5.1"
  CloseCode close_code;      // what the connection fails with; closed_abnormally for a handshake
  int http_status;           // what a server refuses the handshake with; 0 elsewhere
};

// Facts of static lifetime, for logs, tests and the lessons' explanations.
const RuleFacts& facts_of(Rule rule);

}  // namespace prise::websocket
