// What may go wrong with TLS, beside what may go wrong with TCP. The peer's faults are outcomes,
// and stand in Ending::error; those of our own files are thrown, as std::system_error that names
// the file. Lesson 20.
#pragma once

#include <system_error>

namespace prise::drivers {

enum class TlsFault {
  // Ours: the files that were named.
  certificate_unreadable = 1,
  key_unreadable,
  key_of_another_certificate,
  authorities_unreadable,
  // Of the certificate that a server shows.
  unknown_issuer,
  wrong_host_name,
  expired,
  not_yet_valid,
  certificate_refused,  // another of RFC 5280's rules
  // Of what the peer does.
  peer_refuses,     // it sent an alert: it may not believe our certificate
  no_common_terms,  // TLS 1.1 or older, or no cipher that both know
  plain_http,       // ws:// or http:// on a port where TLS is spoken
  not_tls,
  handshake_cut,  // the stream ended within TLS's own handshake
  truncated,      // it ended without close_notify: anyone on the way may have cut it
  broken,         // any other rule of TLS; so are bytes that were changed on the way
};

const std::error_category& tls_category();  // its messages are French, for the user

inline std::error_code make_error_code(TlsFault fault) {
  return {static_cast<int>(fault), tls_category()};
}

}  // namespace prise::drivers

template <>
struct std::is_error_code_enum<prise::drivers::TlsFault> : std::true_type {};
