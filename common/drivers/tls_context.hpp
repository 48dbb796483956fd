// What all TLS streams of a program have in common: who it is, or whom it believes. OpenSSL's
// SSL_CTX, owned. Lesson 20.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

namespace prise::drivers {

template <auto free>
struct FreedBy {
  template <class T>
  void operator()(T* object) const {
    free(object);
  }
};

using TlsContext = std::unique_ptr<SSL_CTX, FreedBy<SSL_CTX_free>>;  // threads may share it
using TlsSession = std::unique_ptr<SSL, FreedBy<SSL_free>>;  // keeps its context's contents alive

// Both speak TLS 1.2 and 1.3, without renegotiation, compression or session tickets: each
// connection has keys of its own. What the files lack is std::system_error: TlsFault.

// Who we are. PEM: our certificate first, then those between it and the authority; the key
// unencrypted.
TlsContext tls_server_context(const std::string& certificate_file, const std::string& key_file);

// Whom we believe: the authorities of the file, PEM; "": those of the system, which SSL_CERT_FILE
// may replace. There is no way to believe everybody.
TlsContext tls_client_context(const std::string& ca_file);

// One connection's, before its handshake. `host` is what the user asked for: the server's
// certificate must be for that name, or address.
TlsSession tls_server_session(SSL_CTX& context);
TlsSession tls_client_session(SSL_CTX& context, const std::string& host);

}  // namespace prise::drivers
