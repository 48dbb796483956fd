#include "drivers/tls_stream.hpp"

#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <exception>
#include <new>
#include <string_view>

#include "drivers/tls_below.hpp"
#include "drivers/tls_fault.hpp"

namespace prise::drivers {
namespace {

using asio::ip::tcp;

constexpr std::size_t record_bytes_max = 16 * 1024;  // of what is encrypted: RFC 8446 section 5.1

// So that a client that speaks plain HTTP, or ws://, learns why it is refused.
constexpr std::string_view say_tls =
    "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n"
    "Content-Length: 44\r\n\r\nIci, on parle TLS : https://, ou bien wss://\n";

TlsFault fault_of_certificate(long reason) {
  switch (reason) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return TlsFault::wrong_host_name;
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return TlsFault::expired;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return TlsFault::not_yet_valid;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_UNTRUSTED:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:  // one of the same name: an impostor
      return TlsFault::unknown_issuer;
    default:
      return TlsFault::certificate_refused;
  }
}

// What OpenSSL's last error says of the peer.
TlsFault fault_of(SSL* session, bool established) {
  const int reason = ERR_GET_REASON(ERR_peek_last_error());
  switch (reason) {
    case SSL_R_CERTIFICATE_VERIFY_FAILED:
      return fault_of_certificate(SSL_get_verify_result(session));
    case SSL_R_HTTP_REQUEST:
      return TlsFault::plain_http;
    case SSL_R_WRONG_VERSION_NUMBER:
      return established ? TlsFault::broken : TlsFault::not_tls;
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
      return TlsFault::no_common_terms;
    default:
      return reason > SSL_AD_REASON_OFFSET ? TlsFault::peer_refuses : TlsFault::broken;
  }
}

class TlsStream : public AsioStream {
public:
  TlsStream(std::unique_ptr<AsioStream> below, TlsSession session)
      : below_{std::move(below)}, session_{std::move(session)} {
    BIO* bio = bio_over(*below_);  // owned by the session from here on
    SSL_set_bio(session_.get(), bio, bio);
  }

  // One record, which is never larger than the buffer: nothing that has been decrypted is left
  // inside, and a socket that is not readable means that there is nothing to read.
  Trial try_receive(websocket::MutableBytes buffer) override {
    if (shutdown_is_due_) try_shutdown();
    if (turning_away_) return turn_away(buffer);
    waits_to_receive_ = tcp::socket::wait_read;
    return attempt(waits_to_receive_, [&] {
      std::size_t count = 0;
      const int result = SSL_read_ex(session_.get(), buffer.data(), buffer.size(), &count);
      return Result{result, count};
    });
  }

  // One record too: small pieces leave together. What was begun and could not leave is offered
  // again with the same bytes, as SSL_write(3) demands.
  Trial try_send(const websocket::Output& output) override {
    if (turning_away_) return {Tried::ended};
    std::array<std::byte, record_bytes_max> gathered;
    websocket::Bytes bytes = first_record(output, gathered);
    if (begun_bytes_ != 0) bytes = bytes.first(std::min(begun_bytes_, bytes.size()));
    const Trial attempted = attempt(waits_to_send_, [&] {
      std::size_t count = 0;
      const int result = SSL_write_ex(session_.get(), bytes.data(), bytes.size(), &count);
      return Result{result, count};
    });
    begun_bytes_ = attempted.outcome == Tried::not_now ? bytes.size() : 0;
    if (below_sends_no_more(session_.get())) return {Tried::ended};
    return attempted;
  }

  // close_notify, then the end of TCP's stream; what the peer sends can still be read.
  void shut_down_sending() override {
    shutdown_is_due_ = true;
    try_shutdown();
  }

  // The peer is told too, if the kernel takes it: else it could not know that nothing was cut off.
  void close() override {
    if (can_say_close()) SSL_shutdown(session_.get());
    ERR_clear_error();
    below_->close();
  }

  std::error_code fault() const override { return fault_; }
  tcp::socket& socket() override { return below_->socket(); }
  tcp::socket::wait_type receive_waits_for() const override { return waits_to_receive_; }
  tcp::socket::wait_type send_waits_for() const override { return waits_to_send_; }

private:
  struct Result {
    int value;  // OpenSSL's: 1 is success
    std::size_t bytes;
  };

  template <class Call>
  Trial attempt(tcp::socket::wait_type& waits, Call call) {
    if (fault_) return {Tried::ended};
    ERR_clear_error();  // the queue is the thread's: it may hold another connection's error
    Result result{SSL_do_handshake(session_.get()), 0};  // 1 at once when it is over
    established_ = established_ || result.value == 1;
    if (result.value == 1) result = call();
    if (result.value == 1) return {Tried::some, result.bytes};
    const int why = SSL_get_error(session_.get(), result.value);
    rethrow_from_below(session_.get());
    if (why == SSL_ERROR_ZERO_RETURN) return {Tried::ended};  // close_notify
    if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) {
      waits = why == SSL_ERROR_WANT_READ ? tcp::socket::wait_read : tcp::socket::wait_write;
      return {Tried::not_now};
    }
    return fail();
  }

  // After it, OpenSSL may not be called for this session any more (SSL_get_error(3)).
  Trial fail() {
    if (below_ended(session_.get()))
      fault_ = established_ ? TlsFault::truncated : TlsFault::handshake_cut;
    else
      fault_ = fault_of(session_.get(), established_);
    ERR_clear_error();
    turning_away_ =
        !established_ && SSL_is_server(session_.get()) == 1 && fault_ != TlsFault::handshake_cut;
    if (!turning_away_) return {Tried::ended};
    waits_to_receive_ = tcp::socket::wait_read;
    if (fault_ == TlsFault::plain_http) send_below(say_tls);
    below_->shut_down_sending();
    return {Tried::not_now};
  }

  // A socket that is closed on bytes not read sends a reset, which may destroy our alert before the
  // peer has seen it: what still comes is read, until its end, or the handshake's time, is up.
  Trial turn_away(websocket::MutableBytes buffer) {
    const Trial ignored = below_->try_receive(buffer);
    return {ignored.outcome == Tried::ended ? Tried::ended : Tried::not_now};
  }

  void send_below(std::string_view text) {
    websocket::Output output;
    output.add(websocket::bytes_of(text));
    below_->try_send(output);  // a hundred bytes into a new connection
  }

  bool can_say_close() const {
    return !fault_ && established_ && (SSL_get_shutdown(session_.get()) & SSL_SENT_SHUTDOWN) == 0;
  }

  // Has it no room for the alert, try_receive() comes back to it.
  void try_shutdown() {
    if (!fault_ && established_) {
      ERR_clear_error();
      const int result = SSL_shutdown(session_.get());
      if (result < 0 && SSL_get_error(session_.get(), result) == SSL_ERROR_WANT_WRITE) {
        waits_to_receive_ = tcp::socket::wait_write;
        return;
      }
      rethrow_from_below(session_.get());
      ERR_clear_error();
    }
    shutdown_is_due_ = false;
    below_->shut_down_sending();
  }

  static websocket::Bytes first_record(const websocket::Output& output,
                                       std::span<std::byte> gathered) {
    if (output.size() == 1 || output[0].size() >= record_bytes_max)
      return output[0].first(std::min(output[0].size(), record_bytes_max));
    std::size_t filled = 0;
    for (const websocket::Bytes piece : output) {
      const std::size_t count = std::min(piece.size(), gathered.size() - filled);
      std::memcpy(gathered.data() + filled, piece.data(), count);
      filled += count;
    }
    return gathered.first(filled);
  }

  std::unique_ptr<AsioStream> below_;
  TlsSession session_;
  std::error_code fault_;
  tcp::socket::wait_type waits_to_receive_ = tcp::socket::wait_read;
  tcp::socket::wait_type waits_to_send_ = tcp::socket::wait_write;
  std::size_t begun_bytes_ = 0;  // of a try_send that could not end
  bool established_ = false;     // the handshake is over
  bool shutdown_is_due_ = false;
  bool turning_away_ = false;
};

}  // namespace

std::unique_ptr<AsioStream> tls_stream(std::unique_ptr<AsioStream> below, TlsSession session) {
  return std::make_unique<TlsStream>(std::move(below), std::move(session));
}

}  // namespace prise::drivers
