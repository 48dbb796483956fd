#include "protocol/websocket/url.hpp"

#include <algorithm>
#include <charconv>

#include "protocol/http_head.hpp"

namespace prise::websocket {
namespace {

std::uint16_t port_of(Scheme scheme) {
  return scheme == Scheme::ws ? 80 : 443;
}

std::optional<std::uint16_t> read_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

// Takes "ws://" or "wss://" off `text`.
std::optional<Scheme> take_scheme(std::string_view& text) {
  const std::size_t at = text.find("://");
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view name = text.substr(0, at);
  text.remove_prefix(at + 3);
  if (protocol::equal_ignoring_case(name, "ws")) return Scheme::ws;
  if (protocol::equal_ignoring_case(name, "wss")) return Scheme::wss;
  return std::nullopt;
}

// "host", "host:port", "[address]" or "[address]:port".
bool read_authority(std::string_view text, Url& url) {
  const bool bracketed = !text.empty() && text.front() == '[';
  const std::size_t host_end = bracketed ? text.find(']') : std::min(text.find(':'), text.size());
  if (host_end == std::string_view::npos) return false;
  url.host = text.substr(bracketed ? 1 : 0, host_end - (bracketed ? 1 : 0));
  text.remove_prefix(host_end + (bracketed ? 1 : 0));
  if (url.host.empty() || text.empty()) return !url.host.empty();
  const auto port = text.front() == ':' ? read_port(text.substr(1)) : std::nullopt;
  if (port) url.port = *port;
  return port.has_value();
}

bool is_clean(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; }) &&
         text.find('#') == std::string_view::npos;
}

}  // namespace

std::optional<Url> parse_url(std::string_view text) {
  if (!is_clean(text)) return std::nullopt;
  const auto scheme = take_scheme(text);
  if (!scheme) return std::nullopt;
  Url url;
  url.scheme = *scheme;
  url.port = port_of(*scheme);
  const std::size_t authority_end = std::min(text.find_first_of("/?"), text.size());
  const std::string_view authority = text.substr(0, authority_end);
  if (authority.find('@') != std::string_view::npos) return std::nullopt;
  if (!read_authority(authority, url)) return std::nullopt;
  const std::string_view resource = text.substr(authority_end);
  url.resource.clear();
  if (resource.empty() || resource.front() == '?') url.resource += '/';
  url.resource += resource;
  return url;
}

Target target_of(const Url& url) {
  Target target;
  const bool bracketed = url.host.find(':') != std::string::npos;
  if (bracketed) target.host += '[';
  target.host += url.host;
  if (bracketed) target.host += ']';
  if (url.port != port_of(url.scheme)) target.host.append(":").append(std::to_string(url.port));
  target.resource = url.resource;
  return target;
}

}  // namespace prise::websocket
