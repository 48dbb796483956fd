// Between a driver that speaks TLS and a test that speaks plain bytes: a thread that carries them
// over, with OpenSSL and nothing of the driver's. An end goes over as an end, a reset as a reset.
#pragma once

#include <openssl/ssl.h>

#include <array>
#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

#include "net/stream.hpp"
#include "support/certificates.hpp"

namespace prise::testing {

// The files of an authority, and of the certificate that it gave this machine.
struct Identity {
  Identity();
  CertificateFolder folder;
  std::string ca_file, certificate_file, key_file;
};
const Identity& identity();  // made once

using TlsSession = std::unique_ptr<SSL, decltype(&SSL_free)>;
TlsSession relay_session(bool is_server, const Identity& who);

class TlsRelay {
public:
  // Each of so many who come to `plain` is carried to `tls`, where a server speaks TLS.
  static std::unique_ptr<TlsRelay> before_server(net::Listener plain, const net::Address& tls,
                                                 std::size_t clients);
  // Who comes to `tls`, speaking it, is carried to `plain`.
  static std::unique_ptr<TlsRelay> before_client(net::Listener tls, const net::Address& plain);

  // The driver has ended: what has come from it is handed on, and that is all.
  ~TlsRelay();
  TlsRelay(const TlsRelay&) = delete;
  TlsRelay& operator=(const TlsRelay&) = delete;

private:
  TlsRelay() = default;
  void run(net::Listener listener, const net::Address& to, bool tls_comes, std::size_t clients);
  void carry(net::Stream plain, net::Stream tls, bool is_server);
  [[nodiscard]] bool wait(int plain_fd, short plain_events, int tls_fd, short tls_events) const;

  std::array<int, 2> end_{-1, -1};  // a pipe: readable once it is over
  std::thread thread_;
};

}  // namespace prise::testing
