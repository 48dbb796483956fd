// A driver that knows no TLS must not say in plain what was to be encrypted: it refuses. Lesson 20.
#pragma once

#include <stdexcept>

#include "drivers/settings.hpp"
#include "protocol/websocket/url.hpp"

namespace prise::drivers {

inline void plain_only(const websocket::Url& url) {
  if (url.scheme == websocket::Scheme::wss) throw std::invalid_argument("wss:// " + url.host);
}

inline void plain_only(const Settings& settings) {
  if (settings.tls.serves()) throw std::invalid_argument("wss:// " + settings.tls.certificate_file);
}

}  // namespace prise::drivers
