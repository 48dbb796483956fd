// What a server answers, by its Settings, to a request for a WebSocket or for a page: the same for
// every driver. Lesson 17.
#pragma once

#include "drivers/settings.hpp"
#include "net/address.hpp"
#include "protocol/websocket/connection.hpp"

namespace prise::drivers {

// Refuses with 403 the pages that may not open a WebSocket here; see Origins.
void answer(websocket::Connection& connection, const websocket::UpgradeRequested& asked,
            const net::Address& client, const Settings& settings);

// The page, or 404; where there are no pages at all, nothing: the connection refuses with 426.
void answer(websocket::Connection& connection, const websocket::PlainRequested& asked,
            const Settings& settings);

}  // namespace prise::drivers
