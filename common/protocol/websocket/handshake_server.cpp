#include <algorithm>

#include "protocol/websocket/accept_key.hpp"
#include "protocol/websocket/handshake.hpp"

namespace prise::websocket {
namespace {

using protocol::count_fields;
using protocol::equal_ignoring_case;
using protocol::field_value;
using protocol::HeaderFields;
using protocol::list_items;
using protocol::RequestHead;

bool lists_token(const HeaderFields& fields, std::string_view name, std::string_view token) {
  const auto items = list_items(fields, name);
  return std::any_of(items.begin(), items.end(),
                     [&](std::string_view item) { return equal_ignoring_case(item, token); });
}

// A field that must be there once. Three answers of which at most one is a fault.
Rule judge_single(const HeaderFields& fields, std::string_view name, Rule missing, Rule repeated) {
  const std::size_t count = count_fields(fields, name);
  return count == 0 ? missing : count == 1 ? Rule::none : repeated;
}

// The bytes after the head are frames: a body between the two would be read as frames by us, and
// perhaps as something else by a proxy.
bool has_body(const HeaderFields& fields) {
  return count_fields(fields, "Transfer-Encoding") > 0 ||
         std::any_of(fields.begin(), fields.end(), [](const protocol::HeaderField& field) {
           return equal_ignoring_case(field.name, "Content-Length") && field.value != "0";
         });
}

Rule judge_http(const RequestHead& request) {
  if (request.method != "GET") return Rule::method_not_get;
  if (request.minor_version < 1) return Rule::http_version_too_old;
  if (has_body(request.fields)) return Rule::request_has_body;
  return judge_single(request.fields, "Host", Rule::host_missing, Rule::host_repeated);
}

Rule judge_upgrade(const HeaderFields& fields) {
  if (count_fields(fields, "Upgrade") == 0) return Rule::upgrade_missing;
  if (!lists_token(fields, "Upgrade", "websocket")) return Rule::upgrade_not_websocket;
  if (!lists_token(fields, "Connection", "Upgrade")) return Rule::connection_without_upgrade;
  return Rule::none;
}

Rule judge_key(const HeaderFields& fields) {
  const Rule rule =
      judge_single(fields, "Sec-WebSocket-Key", Rule::key_missing, Rule::key_repeated);
  if (rule != Rule::none) return rule;
  return is_key(field_value(fields, "Sec-WebSocket-Key")) ? Rule::none : Rule::key_not_16_bytes;
}

Rule judge_version(const HeaderFields& fields) {
  const Rule rule =
      judge_single(fields, "Sec-WebSocket-Version", Rule::version_missing, Rule::version_repeated);
  if (rule != Rule::none) return rule;
  return field_value(fields, "Sec-WebSocket-Version") == "13" ? Rule::none
                                                              : Rule::version_unsupported;
}

Rule judge_origin(const HeaderFields& fields, const std::vector<std::string>& allowed) {
  if (allowed.empty()) return Rule::none;
  const std::size_t count = count_fields(fields, "Origin");
  if (count == 0) return Rule::none;
  if (count > 1) return Rule::origin_repeated;
  const std::string_view origin = field_value(fields, "Origin");
  const bool found = std::any_of(allowed.begin(), allowed.end(), [&](const std::string& one) {
    return equal_ignoring_case(one, origin);
  });
  return found ? Rule::none : Rule::origin_not_allowed;
}

// Tokens, each once (section 4.1, item 10 of the request); the server's taste decides.
Rule agree_on_subprotocol(const HeaderFields& fields, const Config& config, Agreement& agreement) {
  auto offered = list_items(fields, "Sec-WebSocket-Protocol");
  if (!std::all_of(offered.begin(), offered.end(), protocol::is_token))
    return Rule::subprotocols_malformed;
  std::sort(offered.begin(), offered.end());
  if (std::adjacent_find(offered.begin(), offered.end()) != offered.end())
    return Rule::subprotocols_malformed;
  for (const std::string& spoken : config.subprotocols)
    if (std::binary_search(offered.begin(), offered.end(), spoken)) {
      agreement.subprotocol = spoken;
      break;
    }
  return Rule::none;
}

// The first offer that suits; none that does is no fault, only no compression.
Rule agree_on_deflate(const HeaderFields& fields, const Config& config, Agreement& agreement) {
  const auto offers = parse_extensions(fields);
  if (!offers) return Rule::extensions_malformed;
  if (!config.deflate) return Rule::none;
  for (const Extension& offer : *offers) {
    if (offer.name != deflate_extension) continue;
    if (auto answer = answer_offer(offer, *config.deflate)) {
      agreement.deflate = answer->parameters;
      agreement.extensions = std::move(answer->text);
      break;
    }
  }
  return Rule::none;
}

}  // namespace

HandshakeJudgement judge_request(const RequestHead& request, const Config& config) {
  const HeaderFields& fields = request.fields;
  HandshakeJudgement judgement;
  Rule& rule = judgement.rule;
  rule = judge_http(request);
  if (rule == Rule::none) rule = judge_upgrade(fields);
  if (rule == Rule::none) rule = judge_key(fields);
  if (rule == Rule::none) rule = judge_version(fields);
  if (rule == Rule::none) rule = judge_origin(fields, config.origins_allowed);
  if (rule == Rule::none) rule = agree_on_subprotocol(fields, config, judgement.agreement);
  if (rule == Rule::none) rule = agree_on_deflate(fields, config, judgement.agreement);
  return judgement;
}

std::string acceptance(std::string_view key, const Agreement& agreement) {
  std::string text =
      "HTTP/1.1 101 Switching Protocols\r\n"
      "Upgrade: websocket\r\n"
      "Connection: Upgrade\r\n"
      "Sec-WebSocket-Accept: ";
  text += accept_key(key) + "\r\n";
  if (!agreement.subprotocol.empty())
    text += "Sec-WebSocket-Protocol: " + agreement.subprotocol + "\r\n";
  if (!agreement.extensions.empty())
    text += "Sec-WebSocket-Extensions: " + agreement.extensions + "\r\n";
  return text + "\r\n";
}

}  // namespace prise::websocket
