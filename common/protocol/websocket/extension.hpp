// Sec-WebSocket-Extensions, as both sides write it (RFC 6455 section 9.1). Lesson 21.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocol/http_head.hpp"

namespace prise::websocket {

struct ExtensionParameter {
  std::string name;
  std::optional<std::string> value;  // without its quotes
};

struct Extension {
  std::string name;
  std::vector<ExtensionParameter> parameters;
};

// Every extension of every such field, in order. Nothing if one breaks the grammar:
//   extension = token *( ";" token [ "=" ( token | quoted token ) ] ), separated by commas.
std::optional<std::vector<Extension>> parse_extensions(const protocol::HeaderFields& fields);

}  // namespace prise::websocket
