// The source of chance that the WebSocket core lacks: what Config::mask_source is given.
#pragma once

#include "protocol/websocket/mask.hpp"

namespace prise::drivers {

// Four bytes that nobody can foresee (RFC 6455 section 5.3), from the operating system: see
// getrandom(2). Any thread may call it.
websocket::MaskKey random_mask();

}  // namespace prise::drivers
