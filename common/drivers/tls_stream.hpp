// TLS as an AsioStream over another: what is sent is encrypted and goes below; what comes from
// below is decrypted. The handshake is made by the first calls that need it. Part of the asio
// driver; lesson 20.
#pragma once

#include "drivers/asio_stream.hpp"
#include "drivers/tls_context.hpp"

namespace prise::drivers {

// `session`: of tls_server_session() or tls_client_session(), whose role it plays.
std::unique_ptr<AsioStream> tls_stream(std::unique_ptr<AsioStream> below, TlsSession session);

}  // namespace prise::drivers
