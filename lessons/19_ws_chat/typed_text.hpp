// What a user gave, as it may be sent: a text message must be UTF-8 (RFC 6455 section 5.6), and a
// terminal, or a pipe, gives whatever bytes it likes.
#pragma once

#include <string>

#include "protocol/websocket/utf8.hpp"
#include "visible_text.hpp"

namespace prise {

inline std::string typed_text(const std::string& typed) {
  return websocket::is_utf8(websocket::bytes_of(typed)) ? typed : visible_text(typed);
}

}  // namespace prise
