// Which page opens a WebSocket: a browser says it in the Origin field (RFC 6455 sections 4.1 and
// 10.2, RFC 6454). Any site may try: without a look at it, every page of the Web could talk, in its
// visitor's name, to a server on the visitor's own machine. Lesson 17.
#pragma once

#include <string_view>

namespace prise::websocket {

// A page of this machine: "http://localhost", 127.0.0.0/8 or [::1], at any port, or "null", which
// is what a page opened from a file says.
bool is_local_origin(std::string_view origin);

// A page of the very server that is asked, as the request's Host field names it.
bool is_own_origin(std::string_view origin, std::string_view host);

}  // namespace prise::websocket
