#include <algorithm>
#include <cassert>

#include "protocol/websocket/accept_key.hpp"
#include "protocol/websocket/handshake.hpp"

namespace prise::websocket {
namespace {

using protocol::count_fields;
using protocol::equal_ignoring_case;
using protocol::field_value;
using protocol::HeaderFields;
using protocol::ResponseHead;

void append_field(std::string& text, std::string_view name, std::string_view value) {
  assert(value.find_first_of("\r\n") == std::string_view::npos);
  text.append(name).append(": ").append(value).append("\r\n");
}

Rule judge_upgrade(const ResponseHead& response) {
  const HeaderFields& fields = response.fields;
  if (response.status != 101 || response.minor_version < 1) return Rule::status_not_101;
  if (count_fields(fields, "Upgrade") == 0) return Rule::upgrade_missing;
  // Exactly this value: what a client asked for is not a list to choose from (item 2).
  if (count_fields(fields, "Upgrade") > 1 ||
      !equal_ignoring_case(field_value(fields, "Upgrade"), "websocket"))
    return Rule::upgrade_not_websocket;
  const auto tokens = protocol::list_items(fields, "Connection");
  const bool found = std::any_of(tokens.begin(), tokens.end(), [](std::string_view token) {
    return equal_ignoring_case(token, "Upgrade");
  });
  return found ? Rule::none : Rule::connection_without_upgrade;
}

Rule judge_accept(const HeaderFields& fields, std::string_view key) {
  constexpr std::string_view name = "Sec-WebSocket-Accept";
  if (count_fields(fields, name) == 0) return Rule::accept_missing;
  if (count_fields(fields, name) > 1) return Rule::accept_repeated;
  return field_value(fields, name) == accept_key(key) ? Rule::none : Rule::accept_wrong;
}

Rule agree_on_subprotocol(const HeaderFields& fields, const Config& config, Agreement& agreement) {
  constexpr std::string_view name = "Sec-WebSocket-Protocol";
  const std::size_t count = count_fields(fields, name);
  if (count == 0) return Rule::none;
  if (count > 1) return Rule::subprotocol_repeated;
  const std::string_view chosen = field_value(fields, name);
  const auto& offered = config.subprotocols;
  if (std::find(offered.begin(), offered.end(), chosen) == offered.end())
    return Rule::subprotocol_not_offered;
  agreement.subprotocol = chosen;
  return Rule::none;
}

Rule agree_on_deflate(const HeaderFields& fields, const Config& config, Agreement& agreement) {
  const auto extensions = parse_extensions(fields);
  if (!extensions) return Rule::extensions_malformed;
  for (const Extension& extension : *extensions) {
    if (extension.name != deflate_extension || !config.deflate) return Rule::extension_not_offered;
    if (agreement.deflate) return Rule::extension_parameters_wrong;  // twice the same
    agreement.deflate = accept_answer(extension, *config.deflate);
    if (!agreement.deflate) return Rule::extension_parameters_wrong;
  }
  return Rule::none;
}

}  // namespace

std::string upgrade_request(const Target& target, const Config& config, std::string_view key) {
  std::string text = "GET " + target.resource + " HTTP/1.1\r\n";
  append_field(text, "Host", target.host);
  append_field(text, "Upgrade", "websocket");
  append_field(text, "Connection", "Upgrade");
  append_field(text, "Sec-WebSocket-Key", key);
  append_field(text, "Sec-WebSocket-Version", "13");
  if (!target.origin.empty()) append_field(text, "Origin", target.origin);
  std::string offered;
  for (const std::string& one : config.subprotocols)
    offered += (offered.empty() ? "" : ", ") + one;
  if (!offered.empty()) append_field(text, "Sec-WebSocket-Protocol", offered);
  if (config.deflate)
    append_field(text, "Sec-WebSocket-Extensions", deflate_offer(*config.deflate));
  for (const auto& [name, value] : target.fields)
    append_field(text, name, value);
  return text + "\r\n";
}

HandshakeJudgement judge_response(const ResponseHead& response, const Config& config,
                                  std::string_view key) {
  HandshakeJudgement judgement;
  Rule& rule = judgement.rule;
  rule = judge_upgrade(response);
  if (rule == Rule::none) rule = judge_accept(response.fields, key);
  if (rule == Rule::none) rule = agree_on_subprotocol(response.fields, config, judgement.agreement);
  if (rule == Rule::none) rule = agree_on_deflate(response.fields, config, judgement.agreement);
  return judgement;
}

}  // namespace prise::websocket
