#include "protocol/websocket/origin.hpp"

#include <algorithm>
#include <optional>

#include "protocol/http_head.hpp"

namespace prise::websocket {
namespace {

// "host:port" of "http://host:port"; nothing for another scheme, or none.
std::optional<std::string_view> authority_of(std::string_view origin) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (protocol::equal_ignoring_case(origin.substr(0, scheme.size()), scheme))
      return origin.substr(scheme.size());
  }
  return std::nullopt;
}

bool is_port(std::string_view text) {
  return text.empty() || (text.front() == ':' && text.size() > 1 &&
                          text.find_first_not_of("0123456789", 1) == std::string_view::npos);
}

// 127 and three more numbers: "127.evil.example" is a name, and no address.
bool is_ipv4_loopback(std::string_view host) {
  return host.starts_with("127.") && std::count(host.begin(), host.end(), '.') == 3 &&
         host.find_first_not_of("0123456789.") == std::string_view::npos && host.back() != '.';
}

}  // namespace

bool is_local_origin(std::string_view origin) {
  if (origin == "null") return true;
  const auto authority = authority_of(origin);
  if (!authority || authority->empty()) return false;
  const bool bracketed = authority->front() == '[';
  const std::size_t host_end = std::min(authority->find(bracketed ? ']' : ':'), authority->size());
  const std::string_view host =
      authority->substr(bracketed ? 1 : 0, host_end - (bracketed ? 1 : 0));
  const std::size_t rest = std::min(host_end + (bracketed ? 1 : 0), authority->size());
  if (!is_port(authority->substr(rest))) return false;
  if (bracketed) return host == "::1";
  return protocol::equal_ignoring_case(host, "localhost") || is_ipv4_loopback(host);
}

bool is_own_origin(std::string_view origin, std::string_view host) {
  const auto authority = authority_of(origin);
  return authority && !host.empty() && protocol::equal_ignoring_case(*authority, host);
}

}  // namespace prise::websocket
