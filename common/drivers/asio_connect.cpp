// The client's side: a name, its addresses, and the first of them that answers.
#include <netdb.h>

#include <asio/ip/tcp.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>
#include <stdexcept>
#include <system_error>
#include <vector>

#include "drivers/asio_connection.hpp"
#include "drivers/asio_websocket.hpp"
#include "drivers/tls_stream.hpp"

namespace prise::drivers::coroutines {

using asio::ip::tcp;

namespace {

// The resolver's errors, as net::resolve tells them.
std::system_error resolver_error(const asio::error_code& error, const std::string& host) {
  const std::string call = "getaddrinfo " + host;
  const auto told = [&](int code) {
    return std::system_error(code, net::resolver_category(), call);
  };
  if (error == asio::error::host_not_found) return told(EAI_NONAME);
  if (error == asio::error::host_not_found_try_again) return told(EAI_AGAIN);
  if (error == asio::error::no_recovery) return told(EAI_FAIL);
  return {error, call};
}

// A name is looked up in a thread of asio's: getaddrinfo(3) can only be waited for.
asio::awaitable<std::vector<tcp::endpoint>> addresses_of(websocket::Url url) {
  asio::error_code error;
  const auto numeric = asio::ip::make_address(url.host, error);
  if (!error) co_return std::vector{tcp::endpoint{numeric, url.port}};
  tcp::resolver resolver{co_await asio::this_coro::executor};
  const std::string port = std::to_string(url.port);
  const auto found = co_await resolver.async_resolve(
      url.host, port, tcp::resolver::flags{}, asio::redirect_error(asio::use_awaitable, error));
  if (error) throw resolver_error(error, url.host);
  co_return std::vector<tcp::endpoint>(found.begin(), found.end());
}

// A connect, until its deadline, or until the program is asked to stop.
class Connecting : public Stoppable, public std::enable_shared_from_this<Connecting> {
public:
  Connecting(const asio::any_io_executor& executor, int stop_fd)
      : socket{executor}, timer_{executor}, stop_{executor, stop_fd, *this} {}

  void stop() override { give_up(ECANCELED); }

  void start(Deadline deadline) {
    if (stop_.stopped()) stop();
    timer_.expires_at(deadline);
    timer_.async_wait([weak = weak_from_this()](const asio::error_code& error) {
      if (const auto self = weak.lock(); self && !error) self->give_up(ETIMEDOUT);
    });
  }

  tcp::socket socket;
  int gave_up = 0;  // errno's name for why

private:
  void give_up(int why) {
    asio::error_code ignored;
    if (gave_up == 0) gave_up = why;
    socket.close(ignored);
  }

  asio::steady_timer timer_;
  StopMembership stop_;
};

// What became of a connect that was begun: socket(7), SO_ERROR.
asio::error_code error_of(tcp::socket& socket) {
  asio::detail::socket_option::integer<SOL_SOCKET, SO_ERROR> pending;
  asio::error_code error;
  socket.get_option(pending, error);
  return error ? error : asio::error_code(pending.value(), asio::error::get_system_category());
}

struct Connected {
  tcp::socket socket;
  net::Address peer;
};

asio::awaitable<Connected> connect_to_any(std::vector<tcp::endpoint> addresses, Deadline deadline,
                                          int stop_fd) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  std::error_code last;
  std::string call;
  for (const tcp::endpoint& address : addresses) {
    const auto connecting = std::make_shared<Connecting>(executor, stop_fd);
    asio::error_code error;
    connecting->socket.open(address.protocol(), error);
    connecting->start(deadline);
    if (!error && connecting->gave_up == 0)
      co_await connecting->socket.async_connect(address,
                                                asio::redirect_error(asio::use_awaitable, error));
    // A signal came: the connection is made all the same, connect(2) says, and asio does not wait.
    if (error == asio::error::interrupted) {
      co_await connecting->socket.async_wait(tcp::socket::wait_write,
                                             asio::redirect_error(asio::use_awaitable, error));
      if (!error) error = error_of(connecting->socket);
    }
    const net::Address peer{address.data(), static_cast<socklen_t>(address.size())};
    if (!error && connecting->gave_up == 0)
      co_return Connected{std::move(connecting->socket), peer};
    last = connecting->gave_up != 0 ? std::error_code(connecting->gave_up, std::generic_category())
                                    : system_code(error);
    call = "connect " + peer.host_and_port();
    if (connecting->gave_up != 0) break;
  }
  throw std::system_error(last, call);
}

}  // namespace

asio::awaitable<WebSocket> WebSocket::connect(std::string_view url, const Settings& settings) {
  auto parsed = websocket::parse_url(url);
  if (!parsed) throw std::invalid_argument("ws:// " + std::string(url));
  co_return co_await connect(std::move(*parsed), settings);
}

asio::awaitable<WebSocket> WebSocket::connect(websocket::Url url, const Settings& settings) {
  const bool secure = url.scheme == websocket::Scheme::wss;
  const TlsContext context = secure ? tls_client_context(settings.tls.ca_file) : nullptr;
  const Deadline deadline = after(Clock::now(), settings.timeouts.handshake);
  auto addresses = co_await addresses_of(url);
  auto [socket, peer] = co_await connect_to_any(std::move(addresses), deadline, settings.stop_fd);
  auto stream = plain_stream(std::move(socket));
  if (secure) stream = tls_stream(std::move(stream), tls_client_session(*context, url.host));
  const websocket::Target target = websocket::target_of(url);
  WebSocket client{
      std::make_shared<AsioConnection>(std::move(stream), peer, &target, settings, deadline)};
  client.connection_->path = url.resource;
  co_await client.shake_hands();
  co_return client;
}

}  // namespace prise::drivers::coroutines
