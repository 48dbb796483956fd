// How an event loop comes by its peers: they come to a listener, or it connects to them.
#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cassert>
#include <stdexcept>

#include "drivers/attempt.hpp"
#include "drivers/event_loop.hpp"
#include "drivers/plain_only.hpp"
#include "net/error.hpp"

namespace prise::drivers {
namespace {

using websocket::Connection;

constexpr int accepted_in_a_turn_max = 256;  // those who are here are not to wait for all who come
constexpr std::chrono::milliseconds rest{100};

}  // namespace

void EventLoop::listen(net::Listener listener, Handler& handler) {
  plain_only(settings_);
  assert(!is_stopping());
  const int fd = listener.fd();
  net::checked(::fcntl(fd, F_SETFL, O_NONBLOCK), "fcntl");
  listenings_.push_back(std::make_unique<Listening>(Listening{std::move(listener), &handler}));
  poller_->watch(fd, net::Interest::read);
}

void EventLoop::accept_all(const Listening& listening) {
  for (int i = 0; i < accepted_in_a_turn_max; ++i)
    if (!accept_one(listening)) return;
}

// False: nobody else is there, or nobody else can be let in.
bool EventLoop::accept_one(const Listening& listening) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  auto* address = reinterpret_cast<sockaddr*>(&storage);
#ifdef SOCK_CLOEXEC
  net::Socket socket{::accept4(listening.listener.fd(), address, &size, SOCK_CLOEXEC)};
#else
  net::Socket socket{::accept(listening.listener.fd(), address, &size)};
  if (socket.is_open()) ::fcntl(socket.fd(), F_SETFD, FD_CLOEXEC);
#endif
  if (socket.is_open()) {
    send_without_delay(socket.fd());
    auto owned = std::unique_ptr<Peer>(
        new Peer{*this, *listening.handler, Connection::server(settings_.websocket)});
    Peer& peer = *owned;
    peer.be_at(std::move(socket), net::Address{address, size});
    add(std::move(owned));
    peer.watch(net::Interest::read);
    return true;
  }
  if (errno == EMFILE || errno == ENFILE) return turn_away(listening);
  // accept(2): errors of a client that is gone already say nothing about the next one.
  if (errno == EINTR || errno == EPROTO || peer_is_gone(errno)) return true;
  if (errno == ENOBUFS || errno == ENOMEM)
    rest_from_accepting();
  else if (errno != EAGAIN && errno != EWOULDBLOCK)
    net::throw_system_error("accept");
  return false;
}

// No descriptor is left. The one in reserve lets the client in for as long as it takes to say so:
// it would wait without a word otherwise, and the listener be ready, again and again.
bool EventLoop::turn_away(const Listening& listening) {
  reserve_.close();
  net::Socket client{::accept(listening.listener.fd(), nullptr, nullptr)};
  const bool came = client.is_open();
  if (came) {
    ::recv(client.fd(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);  // unread, it makes a reset
    const std::string answer = websocket::refusal(websocket::Rule::refused_by_application, 503);
    websocket::Output output;
    output.add(websocket::bytes_of(answer));
    try_send(client.fd(), output);
    ::shutdown(client.fd(), SHUT_WR);
    client.close();
  }
  reserve_ = net::Socket{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
  if (!reserve_.is_open()) rest_from_accepting();
  return came && reserve_.is_open();
}

void EventLoop::rest_from_accepting() {
  accepts_again_ = now_ + rest;
  for (const auto& listening : listenings_)
    poller_->watch(listening->listener.fd(), net::Interest::nothing);
}

Peer& EventLoop::connect(std::string_view url, Handler& handler) {
  const auto parsed = websocket::parse_url(url);
  if (!parsed) throw std::invalid_argument("ws:// " + std::string(url));
  return connect(*parsed, handler);
}

Peer& EventLoop::connect(const websocket::Url& url, Handler& handler) {
  plain_only(url);
  assert(!is_stopping());
  auto owned = std::unique_ptr<Peer>(
      new Peer{*this, handler, Connection::client(settings_.websocket, websocket::target_of(url))});
  Peer& peer = *owned;
  peer.opening_->path = url.resource;
  peer.opening_->addresses = net::resolve(url.host, url.port);
  std::reverse(peer.opening_->addresses.begin(), peer.opening_->addresses.end());
  peer.start_connecting();
  add(std::move(owned));
  peer.await_connection();
  return peer;
}

void Peer::start_connecting() {
  const net::Address server = opening_->addresses.back();
  opening_->addresses.pop_back();
  net::Socket socket = net::Socket::open(server.family(), SOCK_STREAM);
  net::checked(::fcntl(socket.fd(), F_SETFL, O_NONBLOCK), "fcntl");
  send_without_delay(socket.fd());
  phase_ = Phase::connecting;
  const bool failed = ::connect(socket.fd(), server.data(), server.size()) == -1 &&
                      errno != EINPROGRESS && errno != EINTR;
  opening_->error = failed ? std::error_code(errno, std::generic_category()) : std::error_code();
  be_at(std::move(socket), server);
}

void Peer::await_connection() {
  if (opening_->error)
    loop_->attend_later(*this);
  else
    watch(net::Interest::write);
}

void Peer::finish_connecting() {
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(socket_.fd(), SOL_SOCKET, SO_ERROR, &error, &size) == -1) error = errno;
  if (error == 0) phase_ = Phase::handshake;  // the request is queued already
  opening_->error = {error, std::generic_category()};
  loop_->attend_later(*this);
}

// In a new socket: one whose connect failed cannot be used again.
void Peer::try_next_address() {
  Ending ending = cut();
  ending.error = opening_->error;
  if (opening_->addresses.empty()) return give_up(ending);
  std::unique_ptr<Peer> self = loop_->take_out(*this);
  try {
    start_connecting();
  } catch (const std::system_error& error) {
    ending.error = error.code();
  }
  if (socket_.is_open()) {
    loop_->add(std::move(self));
    await_connection();
  } else {
    loop_->gone_.push_back(std::move(self));
    phase_ = Phase::gone;
    DeadlineLink::leave();
    tell(ending);
  }
}

}  // namespace prise::drivers
