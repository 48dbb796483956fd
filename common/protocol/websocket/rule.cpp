#include "protocol/websocket/rule.hpp"

#include <array>
#include <cassert>
#include <cstddef>

namespace prise::websocket {
namespace {

struct Row {
  Rule rule;
  RuleFacts facts;
};

constexpr Row refusal(Rule rule, std::string_view name, std::string_view section, int status) {
  return {rule, {name, section, CloseCode::closed_abnormally, status}};
}

constexpr Row failure(Rule rule, std::string_view name, std::string_view section,
                      CloseCode code = CloseCode::protocol_error) {
  return {rule, {name, section, code, 0}};
}

#define PRISE_RULE(rule) Rule::rule, #rule

constexpr auto rows = std::to_array<Row>({
    failure(PRISE_RULE(none), "", CloseCode::normal),

    refusal(PRISE_RULE(head_malformed), "RFC 6455 4.2.1", 400),
    refusal(PRISE_RULE(head_too_large), "RFC 6585 5", 431),
    refusal(PRISE_RULE(method_not_get), "RFC 6455 4.2.1 (1)", 405),
    refusal(PRISE_RULE(http_version_too_old), "RFC 6455 4.2.1 (1)", 400),
    refusal(PRISE_RULE(request_has_body), "RFC 9110 7.8", 400),
    refusal(PRISE_RULE(host_missing), "RFC 6455 4.2.1 (2)", 400),
    refusal(PRISE_RULE(host_repeated), "RFC 9112 3.2", 400),
    refusal(PRISE_RULE(upgrade_missing), "RFC 6455 4.2.1 (3)", 426),
    refusal(PRISE_RULE(upgrade_not_websocket), "RFC 6455 4.2.1 (3)", 426),
    refusal(PRISE_RULE(connection_without_upgrade), "RFC 6455 4.2.1 (4)", 400),
    refusal(PRISE_RULE(key_missing), "RFC 6455 4.2.1 (5)", 400),
    refusal(PRISE_RULE(key_repeated), "RFC 6455 11.3.1", 400),
    refusal(PRISE_RULE(key_not_16_bytes), "RFC 6455 4.2.1 (5)", 400),
    refusal(PRISE_RULE(version_missing), "RFC 6455 4.2.1 (6)", 426),
    refusal(PRISE_RULE(version_repeated), "RFC 6455 11.3.5", 400),
    refusal(PRISE_RULE(version_unsupported), "RFC 6455 4.4", 426),
    refusal(PRISE_RULE(origin_repeated), "RFC 6454 7.3", 400),
    refusal(PRISE_RULE(origin_not_allowed), "RFC 6455 10.2", 403),
    refusal(PRISE_RULE(subprotocols_malformed), "RFC 6455 4.3", 400),
    refusal(PRISE_RULE(extensions_malformed), "RFC 6455 9.1", 400),
    refusal(PRISE_RULE(refused_by_application), "RFC 6455 4.2.2", 0),

    refusal(PRISE_RULE(status_not_101), "RFC 6455 4.1 (1)", 0),
    refusal(PRISE_RULE(accept_missing), "RFC 6455 4.1 (4)", 0),
    refusal(PRISE_RULE(accept_repeated), "RFC 6455 11.3.3", 0),
    refusal(PRISE_RULE(accept_wrong), "RFC 6455 4.1 (4)", 0),
    refusal(PRISE_RULE(subprotocol_repeated), "RFC 6455 11.3.4", 0),
    refusal(PRISE_RULE(subprotocol_not_offered), "RFC 6455 4.1 (6)", 0),
    refusal(PRISE_RULE(extension_not_offered), "RFC 6455 4.1 (5)", 0),
    refusal(PRISE_RULE(extension_parameters_wrong), "RFC 7692 7.1", 0),

    refusal(PRISE_RULE(handshake_cut), "RFC 6455 4.1", 0),

    failure(PRISE_RULE(reserved_bit_set), "RFC 6455 5.2"),
    failure(PRISE_RULE(opcode_reserved), "RFC 6455 5.2"),
    failure(PRISE_RULE(frame_unmasked), "RFC 6455 5.1"),
    failure(PRISE_RULE(frame_masked), "RFC 6455 5.1"),
    failure(PRISE_RULE(length_not_minimal), "RFC 6455 5.2"),
    failure(PRISE_RULE(length_over_63_bits), "RFC 6455 5.2"),
    failure(PRISE_RULE(control_frame_too_long), "RFC 6455 5.5"),
    failure(PRISE_RULE(control_frame_fragmented), "RFC 6455 5.5"),
    failure(PRISE_RULE(continuation_without_message), "RFC 6455 5.4"),
    failure(PRISE_RULE(message_inside_message), "RFC 6455 5.4"),
    failure(PRISE_RULE(compressed_bit_misplaced), "RFC 7692 6.1"),
    failure(PRISE_RULE(deflate_corrupt), "RFC 7692 7.2.2", CloseCode::invalid_payload),
    failure(PRISE_RULE(text_not_utf8), "RFC 6455 8.1", CloseCode::invalid_payload),
    failure(PRISE_RULE(message_too_big), "RFC 6455 10.4", CloseCode::message_too_big),
    failure(PRISE_RULE(too_many_fragments), "RFC 6455 10.4", CloseCode::message_too_big),

    failure(PRISE_RULE(close_payload_of_one_byte), "RFC 6455 5.5.1"),
    failure(PRISE_RULE(close_code_invalid), "RFC 6455 7.4"),
    failure(PRISE_RULE(close_reason_not_utf8), "RFC 6455 5.5.1", CloseCode::invalid_payload),
    failure(PRISE_RULE(ended_without_close), "RFC 6455 7.1.5", CloseCode::closed_abnormally),
});

// One row a rule, in the order of the enumeration: a rule is the index of its row.
constexpr bool in_order() {
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (rows[i].rule != static_cast<Rule>(i)) return false;
  return rows.size() == static_cast<std::size_t>(Rule::ended_without_close) + 1;
}
static_assert(in_order());

}  // namespace

const RuleFacts& facts_of(Rule rule) {
  const auto index = static_cast<std::size_t>(rule);
  assert(index < rows.size());
  return rows[index].facts;
}

}  // namespace prise::websocket
