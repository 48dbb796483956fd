// Addresses of WebSockets: ws://host:port/path?query (RFC 6455 section 3). Lesson 17.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/websocket/handshake.hpp"

namespace prise::websocket {

enum class Scheme : std::uint8_t { ws, wss };

struct Url {
  Scheme scheme = Scheme::ws;
  std::string host;            // an IPv6 address has no brackets here
  std::uint16_t port = 80;     // 80 and 443 when the address names none
  std::string resource = "/";  // path and query, never empty
};

// Nothing if it is not one: an other scheme, no host, a user, a port beyond 65535, blanks, or a
// fragment ("#"), which means nothing here.
std::optional<Url> parse_url(std::string_view text);

// What a client sends to get there. The port is left out of Host when it is the scheme's own.
Target target_of(const Url& url);

}  // namespace prise::websocket
