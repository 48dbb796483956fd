#include "conformance/handshake.hpp"

#include <strings.h>

#include <algorithm>

#include "protocol/websocket/accept_key.hpp"

namespace prise::conformance {
namespace {

constexpr std::string_view line_end = "\r\n";

bool same(std::string_view left, std::string_view right) {
  return left.size() == right.size() && ::strncasecmp(left.data(), right.data(), left.size()) == 0;
}

std::string trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(" \t") - begin + 1));
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.push_back(trimmed(text.substr(0, end)));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

using Fields = std::vector<std::pair<std::string, std::string>>;

// Applies what a case changes: "+Name" adds a field, no value takes one away.
std::string head_text(std::string first_line, Fields fields, const Opening& opening) {
  if (!opening.first_line.empty()) first_line = opening.first_line;
  for (const FieldChange& change : opening.fields) {
    if (change.name.starts_with('+')) {
      fields.emplace_back(change.name.substr(1), change.value.value_or(""));
      continue;
    }
    const auto found = std::find_if(fields.begin(), fields.end(), [&](const auto& field) {
      return same(field.first, change.name);
    });
    if (found == fields.end()) continue;
    if (change.value)
      *found = {change.name, *change.value};
    else
      fields.erase(found);
  }
  std::string text = first_line.append(line_end);
  for (const auto& [name, value] : fields)
    text.append(name).append(": ").append(value).append(line_end);
  if (opening.filler_bytes > 0)
    return text.append("X-Filler: ").append(opening.filler_bytes, 'x');  // and never an end
  return text.append(line_end);
}

// The value of a parameter of an offer: nothing if it is not there, empty if it has no value.
std::optional<std::string> parameter(const std::vector<std::string>& parts, std::string_view name) {
  for (const std::string& part : parts) {
    const std::size_t equals = part.find('=');
    if (trimmed(std::string_view(part).substr(0, equals)) != name) continue;
    return equals == std::string::npos ? std::string{} : trimmed(part.substr(equals + 1));
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> Head::field(std::string_view name) const {
  std::optional<std::string> value;
  for (const auto& [its_name, its_value] : fields)
    if (same(its_name, name)) value = value ? *value + ", " + its_value : its_value;
  return value;
}

int Head::status() const {
  if (!first_line.starts_with("HTTP/1.") || first_line.size() < 12) return 0;
  return std::atoi(first_line.substr(9, 3).c_str());
}

std::string Head::path() const {
  const auto words = split(first_line, ' ');
  return words.size() == 3 ? words[1] : std::string{};
}

std::optional<HeadAndBytes> head_in(std::string_view input) {
  const std::size_t end = input.find("\r\n\r\n");
  if (end == std::string_view::npos) return std::nullopt;
  HeadAndBytes found{{}, end + 4};
  std::string_view left = input.substr(0, end + 2);
  for (bool first = true; !left.empty(); first = false) {
    const std::string_view line = left.substr(0, left.find(line_end));
    left.remove_prefix(line.size() + line_end.size());
    const std::size_t colon = line.find(':');
    if (first)
      found.head.first_line = line;
    else if (colon != std::string_view::npos)
      found.head.fields.emplace_back(line.substr(0, colon), trimmed(line.substr(colon + 1)));
  }
  return found;
}

std::string request_text(const Opening& opening, const Where& where, const std::string& key) {
  Fields fields{{"Host", where.host_and_port},
                {"Upgrade", "websocket"},
                {"Connection", "Upgrade"},
                {"Sec-WebSocket-Key", key},
                {"Sec-WebSocket-Version", "13"}};
  if (!opening.extensions.empty())
    fields.emplace_back("Sec-WebSocket-Extensions", opening.extensions);
  return head_text("GET " + where.path + " HTTP/1.1", std::move(fields), opening);
}

std::string response_text(const Opening& opening, const std::string& key,
                          const std::string& extensions) {
  Fields fields{{"Upgrade", "websocket"},
                {"Connection", "Upgrade"},
                {"Sec-WebSocket-Accept", websocket::accept_key(key)}};
  if (!extensions.empty()) fields.emplace_back("Sec-WebSocket-Extensions", extensions);
  return head_text("HTTP/1.1 101 Switching Protocols", std::move(fields), opening);
}

std::optional<std::string> answer_to_offer(int row, const std::string& offers) {
  for (const std::string& offer : split(offers, ',')) {
    const auto parts = split(offer, ';');
    if (parts.front() != "permessage-deflate") continue;
    std::string answer = "permessage-deflate";
    if (parameter(parts, "server_no_context_takeover")) answer += "; server_no_context_takeover";
    if (const auto bits = parameter(parts, "server_max_window_bits"))
      answer += "; server_max_window_bits=" + *bits;
    const auto client_bits = parameter(parts, "client_max_window_bits");
    if (row == 7 && !client_bits) row = 2;
    const bool asks_bits = row >= 3;
    const bool asks_no_takeover = row == 2 || row >= 5;
    if (asks_bits && !client_bits) return std::nullopt;
    if (asks_no_takeover) answer += "; client_no_context_takeover";
    if (asks_bits)
      answer += row == 4 || row == 6 ? "; client_max_window_bits=15" : "; client_max_window_bits=9";
    return answer;
  }
  return std::nullopt;
}

std::string fault_in_request(const Head& request) {
  if (!request.first_line.starts_with("GET ") || !request.first_line.ends_with(" HTTP/1.1"))
    return "the request is no GET of HTTP/1.1";
  if (request.field("Host").value_or("").empty()) return "no Host";
  if (!holds_token(request.field("Upgrade").value_or(""), "websocket")) return "no Upgrade";
  if (!holds_token(request.field("Connection").value_or(""), "upgrade"))
    return "no upgrade in Connection";
  if (request.field("Sec-WebSocket-Version") != "13") return "the version is not 13";
  if (!websocket::is_key(request.field("Sec-WebSocket-Key").value_or("")))
    return "the key is not 16 bytes in base64";
  return {};
}

std::string fault_in_answer(const Head& answer, const std::string& key) {
  if (answer.status() != 101) return "answered " + answer.first_line;
  if (!same(answer.field("Upgrade").value_or(""), "websocket")) return "101 without Upgrade";
  if (!holds_token(answer.field("Connection").value_or(""), "upgrade"))
    return "101 without upgrade in Connection";
  if (answer.field("Sec-WebSocket-Accept") != websocket::accept_key(key))
    return "Sec-WebSocket-Accept is wrong";
  if (answer.field("Sec-WebSocket-Protocol")) return "a subprotocol that was not offered";
  return {};
}

bool holds_token(std::string_view list, std::string_view token) {
  const auto tokens = split(list, ',');
  return std::any_of(tokens.begin(), tokens.end(),
                     [&](const std::string& one) { return same(one, token); });
}

}  // namespace prise::conformance
