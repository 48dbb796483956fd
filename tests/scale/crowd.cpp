#include "scale/crowd.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

#include "net/error.hpp"

namespace prise::scale {
namespace {

// One address has 28,000 ports to call from (net.ipv4.ip_local_port_range), and those of visits
// that are over are kept back for a minute (TIME_WAIT). All of 127.0.0.0/8 is this machine.
constexpr std::size_t sources = 16;

net::Address source(std::size_t number) {
  return net::Address::ipv4("127.0.0." + std::to_string(1 + number % sources), 0);
}

void set(int fd, int level, int option, int value) {
  net::checked(::setsockopt(fd, level, option, &value, sizeof value), "setsockopt");
}

net::Socket socket_from(const net::Address& address, Buffers buffers) {
  net::Socket socket = net::Socket::open(AF_INET, SOCK_STREAM);
  net::checked(::fcntl(socket.fd(), F_SETFL, O_NONBLOCK), "fcntl");
  set(socket.fd(), IPPROTO_TCP, TCP_NODELAY, 1);
  set(socket.fd(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);  // connect chooses the port
  if (buffers == Buffers::small) {  // small segments make the server's buffer small too
    set(socket.fd(), IPPROTO_TCP, TCP_MAXSEG, 536);
    set(socket.fd(), SOL_SOCKET, SO_RCVBUF, 4096);
  }
  socket.bind(address, net::ReuseAddress::yes);
  return socket;
}

}  // namespace

Client& Crowd::come(std::size_t seat, std::string_view first, Buffers buffers) {
  auto client = std::make_unique<Client>();
  client->seat = seat;
  client->socket = socket_from(source(came_++), buffers);
  client->to_send = first;
  const int fd = client->socket.fd();
  if (::connect(fd, server_.data(), server_.size()) == -1 && errno != EINPROGRESS)
    net::throw_system_error("connect " + server_.host_and_port());
  if (by_fd_.size() <= static_cast<std::size_t>(fd)) by_fd_.resize(std::size_t(fd) + 1);
  Client& here = *(by_fd_[static_cast<std::size_t>(fd)] = std::move(client));
  ++here_;
  ++in_handshake_;
  watch(here);
  return here;
}

bool Crowd::turn(std::chrono::milliseconds time_max) {
  const auto all_ready = poller_->wait(time_max);
  for (const net::Ready& ready : all_ready) {
    Client* client = by_fd_[static_cast<std::size_t>(ready.fd)].get();
    if (client != nullptr && ready.writable) flush(*client);
    if (client != nullptr && ready.readable) receive(*client);
  }
  gone_.clear();
  return !all_ready.empty();
}

void Crowd::send(Client& client, std::string_view bytes) {
  client.to_send += bytes;
  if (client.phase != Client::Phase::handshake) flush(client);
}

void Crowd::leave(Client& client) {
  client.close_sent = true;
  send(client, close_message(1000));
}

void Crowd::cut(Client& client, Cut how) {
  const linger at_once{1, 0};  // socket(7), SO_LINGER: close sends a reset
  if (how == Cut::reset)
    ::setsockopt(client.socket.fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  remove(client);
}

void Crowd::stall(Client& client) {
  client.stalled = true;
  watch(client);
}

void Crowd::wake(Client& client) {
  client.stalled = false;
  watch(client);
}

void Crowd::receive(Client& client) {
  const ssize_t count = ::recv(client.socket.fd(), buffer_.data(), buffer_.size(), 0);
  if (count == -1 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) return end(client, count == 0 ? End::end_of_stream : End::cut);
  const std::string_view bytes(buffer_.data(), static_cast<std::size_t>(count));
  if (client.kept.empty()) {
    client.kept = bytes.substr(take(client, bytes));
  } else {
    client.kept += bytes;
    client.kept.erase(0, take(client, client.kept));
  }
}

// How many of them were taken; it stops when the program has cut the client meanwhile.
std::size_t Crowd::take(Client& client, std::string_view bytes) {
  std::size_t at = client.phase == Client::Phase::handshake ? take_answer(client, bytes) : 0;
  if (client.phase == Client::Phase::refused) return bytes.size();  // a page, and the end
  while (client.phase == Client::Phase::open) {
    const auto frame = read_frame(bytes.substr(at));
    if (!frame) break;
    if (client.close_code != 0) throw Violation("une trame après la trame de fermeture");
    at += frame->bytes;
    take_frame(client, *frame);
  }
  return at;
}

std::size_t Crowd::take_answer(Client& client, std::string_view bytes) {
  const auto answer = read_answer(bytes);
  if (!answer) return 0;
  client.status = answer->status;
  client.phase = client.status == 101 ? Client::Phase::open : Client::Phase::refused;
  --in_handshake_;
  if (client.phase == Client::Phase::open) audience_.opened(client);
  return answer->head_bytes;
}

void Crowd::take_frame(Client& client, const Frame& frame) {
  switch (frame.opcode) {
    case text:
    case binary:
      return audience_.heard(client, frame.opcode, frame.payload);
    case ping:
      if (client.answers_pings) send(client, message(pong, frame.payload));
      return;
    case close_frame:
      client.close_code = close_code(frame.payload);
      if (!client.close_sent) leave(client);
      return;
    case pong:
    case continuation:
      return;
  }
}

void Crowd::flush(Client& client) {
  while (!client.to_send.empty()) {
    const ssize_t count =
        ::send(client.socket.fd(), client.to_send.data(), client.to_send.size(), MSG_NOSIGNAL);
    if (count == -1 && (errno == EAGAIN || errno == ENOTCONN)) break;
    if (count == -1)
      client.to_send.clear();  // it is gone: recv will say how, after what came before
    else
      client.to_send.erase(0, static_cast<std::size_t>(count));
  }
  watch(client);
}

void Crowd::watch(Client& client) {
  if (client.phase == Client::Phase::gone) return;
  const auto wanted = client.stalled           ? net::Interest::nothing
                      : client.to_send.empty() ? net::Interest::read
                                               : net::Interest::read_and_write;
  if (wanted != client.interest) poller_->watch(client.socket.fd(), wanted);
  client.interest = wanted;
}

void Crowd::end(Client& client, End how) {
  remove(client);
  audience_.ended(client, how);
}

void Crowd::remove(Client& client) {
  if (client.phase == Client::Phase::handshake) --in_handshake_;
  client.phase = Client::Phase::gone;
  const int fd = client.socket.fd();
  poller_->forget(fd);
  gone_.push_back(std::move(by_fd_[static_cast<std::size_t>(fd)]));
  client.socket.close();
  --here_;
}

}  // namespace prise::scale
