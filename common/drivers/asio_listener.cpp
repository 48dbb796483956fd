// The server's side: who comes, and a coroutine for each.
#include <fcntl.h>

#include <asio/co_spawn.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>
#include <exception>
#include <utility>

#include "drivers/asio_connection.hpp"
#include "drivers/asio_websocket.hpp"
#include "drivers/tls_stream.hpp"
#include "net/error.hpp"

namespace prise::drivers::coroutines {

using asio::ip::tcp;

namespace {

net::Address address_of(const tcp::endpoint& endpoint) {
  return {endpoint.data(), static_cast<socklen_t>(endpoint.size())};
}

tcp protocol_of(const net::Address& address) {
  return address.family() == AF_INET6 ? tcp::v6() : tcp::v4();
}

int duplicate(int fd) {
  return net::checked(::fcntl(fd, F_DUPFD_CLOEXEC, 0), "fcntl F_DUPFD_CLOEXEC");
}

// asio owns what it waits for: it gets a descriptor of its own, and does not close it if it fails.
template <typename AsioSocket>
AsioSocket duplicate_in(asio::io_context& loop, const tcp& protocol, int fd) {
  AsioSocket socket{loop};
  net::Socket descriptor{duplicate(fd)};
  asio::error_code error;
  socket.assign(protocol, descriptor.fd(), error);
  if (error) throw std::system_error(error, "epoll_ctl");
  descriptor.release();
  return socket;
}

TlsContext server_context(const Tls& tls) {
  return tls.serves() ? tls_server_context(tls.certificate_file, tls.key_file) : nullptr;
}

// Without a context, in plain.
std::shared_ptr<AsioConnection> server_over(tcp::socket socket, SSL_CTX* context,
                                            const net::Address& peer, const Settings& settings) {
  auto stream = plain_stream(std::move(socket));
  if (context != nullptr) stream = tls_stream(std::move(stream), tls_server_session(*context));
  return std::make_shared<AsioConnection>(std::move(stream), peer, nullptr, settings,
                                          after(Clock::now(), settings.timeouts.handshake));
}

void rethrow(const std::exception_ptr& thrown) {
  if (thrown) std::rethrow_exception(thrown);
}

// How many clients there are, and who waits for it to change.
struct Attendance {
  Attendance(Handler how, const asio::any_io_executor& executor)
      : handler{std::move(how)}, changed{executor, Deadline::max()} {}
  const Handler handler;
  std::size_t clients = 0;
  asio::steady_timer changed;  // never fires: it is cancelled
};

// serve() may be gone before its clients: cancelled, or ended by an error.
asio::awaitable<void> attend(WebSocket websocket, std::shared_ptr<Attendance> attendance) {
  struct Leaving {
    Attendance& attendance;
    ~Leaving() {
      --attendance.clients;
      attendance.changed.cancel();
    }
  } const leaving{*attendance};
  if (!co_await websocket.shake_hands()) co_return;
  co_await attendance->handler(websocket);
  co_await websocket.close();
}

}  // namespace

WebSocket WebSocket::over(net::Stream client, asio::io_context& loop, const Settings& settings) {
  auto socket = duplicate_in<tcp::socket>(loop, protocol_of(client.peer()), client.fd());
  const TlsContext context = server_context(settings.tls);
  return WebSocket{server_over(std::move(socket), context.get(), client.peer(), settings)};
}

class Listener::Door : public Stoppable {
public:
  Door(asio::io_context& loop, const net::Listener& listener, const Settings& all_settings)
      : settings{all_settings},
        context{server_context(settings.tls)},
        address{listener.address()},
        acceptor{duplicate_in<tcp::acceptor>(loop, protocol_of(address), listener.fd())},
        spare_{duplicate(listener.fd())},
        loop_{AsioLoop::of(acceptor.get_executor(), settings)},
        stop_{acceptor.get_executor(), settings.stop_fd, *this} {
    acceptor.non_blocking(true);
    if (stop_.stopped()) stop();
  }

  void stop() override {
    asio::error_code ignored;
    acceptor.close(ignored);
    spare_.close();
  }

  // Who is there already; nobody, and why.
  std::shared_ptr<AsioConnection> let_in(asio::error_code& error) {
    tcp::endpoint from;
    tcp::socket client = acceptor.accept(from, error);
    return error ? nullptr
                 : server_over(std::move(client), context.get(), address_of(from), settings);
  }

  // There is no descriptor for who comes: the spare one makes room, for as long as it takes to say
  // so. Left in the queue, they would wake us again at once, for ever.
  // The error of its accept: there may be nobody, or no room even so.
  asio::error_code turn_away() {
    spare_.close();
    asio::error_code error, ignored;
    tcp::socket client = acceptor.accept(error);
    if (!error) {
      client.non_blocking(true, ignored);
      if (!context) client.send(asio::buffer(busy_), 0, ignored);
      client.close(ignored);
    }
    spare_ = net::Socket{::fcntl(acceptor.native_handle(), F_DUPFD_CLOEXEC, 0)};
    return error;
  }

  const Settings& settings;
  const TlsContext context;
  const net::Address address;
  tcp::acceptor acceptor;

private:
  static constexpr std::string_view busy_ =
      "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  net::Socket spare_;
  std::shared_ptr<AsioLoop> loop_;  // its buffers stay from one client to the next
  StopMembership stop_;
};

Listener::Listener(asio::io_context& loop, const net::Address& address, const Settings& settings)
    : door_{std::make_shared<Door>(loop, net::Listener{address}, settings)} {}

Listener::~Listener() = default;

net::Address Listener::address() const {
  return door_->address;
}

namespace {

// Between its arrival and now; see accept(2), ERRORS.
bool client_is_gone(const asio::error_code& error) {
  return error == asio::error::connection_aborted || error == asio::error::interrupted;
}

// The machine has no room for a connection at all: to ask again at once would only keep it busy.
asio::awaitable<void> pause() {
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer timer{executor, std::chrono::milliseconds(50)};
  co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace

asio::awaitable<std::optional<WebSocket>> Listener::accept() {
  const auto door = door_;
  while (door->acceptor.is_open()) {
    asio::error_code error;
    if (auto client = door->let_in(error)) co_return WebSocket{std::move(client)};
    // Without a descriptor, accept(2) fails even when nobody is there.
    if (error != asio::error::would_block && !client_is_gone(error)) error = door->turn_away();
    if (!error || client_is_gone(error)) continue;
    if (error == asio::error::would_block)
      co_await door->acceptor.async_wait(tcp::acceptor::wait_read,
                                         asio::redirect_error(asio::use_awaitable, error));
    else
      co_await pause();
  }
  co_return std::nullopt;
}

asio::awaitable<void> serve(Listener& listener, Handler handler, std::size_t clients_max) {
  const auto executor = co_await asio::this_coro::executor;
  const auto attendance = std::make_shared<Attendance>(std::move(handler), executor);
  asio::error_code cancelled;
  const auto wait_for_change = [&] {
    return attendance->changed.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  };
  while (auto websocket = co_await listener.accept()) {
    ++attendance->clients;
    asio::co_spawn(executor, attend(std::move(*websocket), attendance), rethrow);
    while (attendance->clients >= clients_max)
      co_await wait_for_change();
  }
  while (attendance->clients > 0)
    co_await wait_for_change();
}

void run(asio::io_context& loop, asio::awaitable<void> main) {
  asio::co_spawn(loop, std::move(main), rethrow);
  loop.run();
}

}  // namespace prise::drivers::coroutines
