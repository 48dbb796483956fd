#include "unit/drivers/tls_relay.hpp"

#include <fcntl.h>
#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <stdexcept>

#include "drivers/attempt.hpp"
#include "support/loopback.hpp"

namespace prise::testing {
namespace {

enum class Side { open, ended, gone };

// Nor does it gather: what waited to be sent would be lost in a reset.
void prepare(int fd) {
  drivers::send_without_delay(fd);
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
}

// One direction: bytes that were taken, and not yet given.
struct Load {
  std::array<char, 32 * 1024> bytes;
  std::size_t begin = 0, end = 0;
  [[nodiscard]] bool empty() const { return begin == end; }
};

}  // namespace

Identity::Identity() {
  const Certificate authority = Certificate::authority();
  const Certificate server = authority.issue();
  ca_file = folder.write("ca.pem", authority.pem());
  certificate_file = folder.write("server.pem", server.pem());
  key_file = folder.write("server.key", server.key_pem());
}

const Identity& identity() {
  static const Identity made;
  return made;
}

TlsSession relay_session(bool is_server, const Identity& who) {
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context{
      SSL_CTX_new(is_server ? TLS_server_method() : TLS_client_method()), SSL_CTX_free};
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  bool ready = true;
  if (is_server) {
    ready = SSL_CTX_use_certificate_file(context.get(), who.certificate_file.c_str(),
                                         SSL_FILETYPE_PEM) == 1 &&
            SSL_CTX_use_PrivateKey_file(context.get(), who.key_file.c_str(), SSL_FILETYPE_PEM) == 1;
  }
  if (!ready) throw std::runtime_error("relay_session");
  TlsSession session{SSL_new(context.get()), SSL_free};
  if (is_server)
    SSL_set_accept_state(session.get());
  else
    SSL_set_connect_state(session.get());
  return session;
}

std::unique_ptr<TlsRelay> TlsRelay::before_server(net::Listener plain, const net::Address& tls,
                                                  std::size_t clients) {
  auto relay = std::unique_ptr<TlsRelay>(new TlsRelay);
  relay->run(std::move(plain), tls, false, clients);
  return relay;
}

std::unique_ptr<TlsRelay> TlsRelay::before_client(net::Listener tls, const net::Address& plain) {
  auto relay = std::unique_ptr<TlsRelay>(new TlsRelay);
  relay->run(std::move(tls), plain, true, 1);
  return relay;
}

TlsRelay::~TlsRelay() {
  ::close(end_[1]);
  thread_.join();
  ::close(end_[0]);
}

// False: it is over, and neither side is ready.
bool TlsRelay::wait(int plain_fd, short plain_events, int tls_fd, short tls_events) const {
  std::array<pollfd, 3> watched{
      {{plain_fd, plain_events, 0}, {tls_fd, tls_events, 0}, {end_[0], POLLIN, 0}}};
  while (::poll(watched.data(), watched.size(), -1) == -1) {
  }
  return watched[0].revents != 0 || watched[1].revents != 0;
}

void TlsRelay::run(net::Listener listener, const net::Address& to, bool tls_comes,
                   std::size_t clients) {
  if (::pipe(end_.data()) != 0) throw std::runtime_error("pipe");
  identity();
  auto work = [this, to, tls_comes, clients,
               shared = std::make_shared<net::Listener>(std::move(listener))] {
    sigset_t pipe_signal;  // OpenSSL writes with write(2)
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe_signal, nullptr);
    net::Listener mine = std::move(*shared);
    std::vector<std::thread> carriers;
    try {
      for (std::size_t i = 0; i < clients && wait(mine.fd(), POLLIN, -1, 0); ++i) {
        net::Stream came = mine.accept();
        net::Stream reached = net::Stream::connect(to);
        if (tls_comes) std::swap(came, reached);
        carriers.emplace_back(
            [this, plain = std::move(came), tls = std::move(reached), tls_comes]() mutable {
              carry(std::move(plain), std::move(tls), tls_comes);
            });
      }
    } catch (const std::system_error&) {  // the driver is gone: so is who came
    }
    for (std::thread& carrier : carriers)
      carrier.join();
  };
  thread_ = std::thread(std::move(work));
}

void TlsRelay::carry(net::Stream plain, net::Stream tls, bool is_server) {
  prepare(plain.fd());
  prepare(tls.fd());
  const TlsSession session = relay_session(is_server, identity());
  SSL_set_fd(session.get(), tls.fd());
  Load to_tls, to_plain;
  Side plain_side = Side::open, tls_side = Side::open;
  bool told_tls = false, told_plain = false;
  short tls_wants = 0;  // what OpenSSL asked for

  // OpenSSL's answer: did it work?
  const auto went = [&](int result) {
    if (result == 1) return true;
    const int why = SSL_get_error(session.get(), result);
    if (why == SSL_ERROR_WANT_READ)
      tls_wants = static_cast<short>(tls_wants | POLLIN);
    else if (why == SSL_ERROR_WANT_WRITE)
      tls_wants = static_cast<short>(tls_wants | POLLOUT);
    else
      tls_side = why == SSL_ERROR_ZERO_RETURN ? Side::ended : Side::gone;
    ERR_clear_error();
    return false;
  };
  const auto take_plain = [&] {
    if (plain_side != Side::open || !to_tls.empty()) return false;
    const ssize_t count = ::recv(plain.fd(), to_tls.bytes.data(), to_tls.bytes.size(), 0);
    if (count == 0) plain_side = Side::ended;
    if (count < 0 && errno != EAGAIN) plain_side = Side::gone;
    to_tls.begin = 0;
    to_tls.end = count > 0 ? static_cast<std::size_t>(count) : 0;
    return count > 0;
  };
  const auto give_tls = [&] {
    std::size_t count = 0;
    if (to_tls.empty() || tls_side == Side::gone) return false;
    const char* from = to_tls.bytes.data() + to_tls.begin;
    const bool some = went(SSL_write_ex(session.get(), from, to_tls.end - to_tls.begin, &count));
    to_tls.begin += count;
    return some;
  };
  const auto take_tls = [&] {
    std::size_t count = 0;
    if (tls_side != Side::open || !to_plain.empty()) return false;
    const bool some =
        went(SSL_read_ex(session.get(), to_plain.bytes.data(), to_plain.bytes.size(), &count));
    to_plain.begin = 0;
    to_plain.end = count;
    return some;
  };
  const auto give_plain = [&] {
    if (to_plain.empty()) return false;
    const char* from = to_plain.bytes.data() + to_plain.begin;
    const ssize_t count = ::send(plain.fd(), from, to_plain.end - to_plain.begin, MSG_NOSIGNAL);
    if (count > 0) to_plain.begin += static_cast<std::size_t>(count);
    if (count < 0 && errno != EAGAIN) plain_side = Side::gone;
    return count > 0;
  };
  const auto tell_ends = [&] {
    if (plain_side == Side::ended && to_tls.empty() && !told_tls &&
        SSL_is_init_finished(session.get())) {
      told_tls = true;
      SSL_shutdown(session.get());
      ::shutdown(tls.fd(), SHUT_WR);
    }
    if (tls_side == Side::ended && to_plain.empty() && !told_plain) {
      told_plain = true;
      ::shutdown(plain.fd(), SHUT_WR);
    }
  };

  while (true) {
    tls_wants = 0;
    bool moved = take_plain();
    moved = give_tls() || moved;
    moved = take_tls() || moved;
    moved = give_plain() || moved;
    tell_ends();
    if (moved) continue;
    if (tls_side == Side::gone || plain_side == Side::gone || (told_tls && told_plain)) break;
    short plain_wants = 0;
    if (plain_side == Side::open && to_tls.empty()) plain_wants = POLLIN;
    if (!to_plain.empty()) plain_wants = static_cast<short>(plain_wants | POLLOUT);
    if (!wait(plain_wants == 0 ? -1 : plain.fd(), plain_wants, tls_wants == 0 ? -1 : tls.fd(),
              tls_wants))
      break;
  }
  if (plain_side == Side::gone) reset(tls);
}

}  // namespace prise::testing
