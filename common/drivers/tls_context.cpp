#include "drivers/tls_context.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <array>
#include <new>
#include <string_view>

#include "drivers/tls_fault.hpp"

namespace prise::drivers {
namespace {

constexpr std::string_view http_1_1("\x08http/1.1", 9);  // a list of one, as RFC 7301 writes it

// OpenSSL says nullptr, or 0, where there is no memory left.
template <class T>
T allocated(T result) {
  if (!result) throw std::bad_alloc();
  return result;
}

[[noreturn]] void fail(TlsFault fault, const std::string& file) {
  ERR_clear_error();
  throw std::system_error(fault, "« " + file + " »");
}

TlsContext context_of(const SSL_METHOD* method) {
  TlsContext context{allocated(SSL_CTX_new(method))};
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                         SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  // An SSL_write that took a part says so, and the rest may come from elsewhere in memory; a
  // connection that is idle keeps no buffers.
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                      SSL_MODE_RELEASE_BUFFERS);
  return context;
}

// A key with a password would have OpenSSL ask for it on the terminal.
int no_password(char*, int, int, void*) {
  return -1;
}

// A client that offers protocols (RFC 7301) must offer ours: a browser prefers HTTP/2, which has no
// WebSockets here.
int choose_http_1_1(SSL*, const unsigned char** chosen, unsigned char* size,
                    const unsigned char* offered, unsigned int offered_size, void*) {
  const auto* ours = reinterpret_cast<const unsigned char*>(http_1_1.data());
  unsigned char* found = nullptr;
  if (SSL_select_next_proto(&found, size, ours, http_1_1.size(), offered, offered_size) !=
      OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

bool is_address(const std::string& host) {
  std::array<unsigned char, 16> bytes;
  return ::inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

}  // namespace

TlsContext tls_server_context(const std::string& certificate_file, const std::string& key_file) {
  TlsContext context = context_of(TLS_server_method());
  SSL_CTX_set_num_tickets(context.get(), 0);
  SSL_CTX_set_default_passwd_cb(context.get(), no_password);
  SSL_CTX_set_alpn_select_cb(context.get(), choose_http_1_1, nullptr);
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate_file.c_str()) != 1)
    fail(TlsFault::certificate_unreadable, certificate_file);
  if (SSL_CTX_use_PrivateKey_file(context.get(), key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    const bool it_was_read = ERR_GET_LIB(ERR_peek_last_error()) == ERR_LIB_X509;
    fail(it_was_read ? TlsFault::key_of_another_certificate : TlsFault::key_unreadable, key_file);
  }
  return context;
}

TlsContext tls_client_context(const std::string& ca_file) {
  TlsContext context = context_of(TLS_client_method());
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  if (ca_file.empty())
    SSL_CTX_set_default_verify_paths(context.get());
  else if (SSL_CTX_load_verify_locations(context.get(), ca_file.c_str(), nullptr) != 1)
    fail(TlsFault::authorities_unreadable, ca_file);
  SSL_CTX_set_alpn_protos(context.get(), reinterpret_cast<const unsigned char*>(http_1_1.data()),
                          http_1_1.size());
  return context;
}

TlsSession tls_server_session(SSL_CTX& context) {
  TlsSession session{allocated(SSL_new(&context))};
  SSL_set_accept_state(session.get());
  return session;
}

// Two different things: SNI (RFC 6066) tells the server which of its certificates to show, and what
// it shows must then be for that name (RFC 6125). SNI knows no addresses.
TlsSession tls_client_session(SSL_CTX& context, const std::string& host) {
  TlsSession session{allocated(SSL_new(&context))};
  X509_VERIFY_PARAM* expected = SSL_get0_param(session.get());
  if (is_address(host)) {
    allocated(X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str()));
  } else {
    X509_VERIFY_PARAM_set_hostflags(expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    allocated(X509_VERIFY_PARAM_set1_host(expected, host.c_str(), host.size()));
    allocated(SSL_set_tlsext_host_name(session.get(), host.c_str()));
  }
  SSL_set_connect_state(session.get());
  return session;
}

}  // namespace prise::drivers
