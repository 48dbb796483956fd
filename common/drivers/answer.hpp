// What every driver's server answers to a request: who may open a WebSocket, which page is shown.
#pragma once

#include "drivers/settings.hpp"
#include "net/address.hpp"
#include "protocol/websocket/connection.hpp"

namespace prise::drivers {

// Refuses with 403 what Settings::may_open, or else Settings::origins, does not let in. Else does
// nothing: the next call of connection.next_event() accepts.
void answer(const websocket::UpgradeRequested& asked, websocket::Connection& connection,
            const Settings& settings, const net::Address& client);

// The page of this path, or 404. Without any page it does nothing: then 426 is the answer.
void answer(const websocket::PlainRequested& asked, websocket::Connection& connection,
            const Settings& settings);

}  // namespace prise::drivers
