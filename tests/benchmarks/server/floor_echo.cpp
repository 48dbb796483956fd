// The floor under every figure: bytes come back as they came, over raw sockets and epoll, and there
// is no WebSocket at all. With --broadcast, they go to all the other connections instead.
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <string>
#include <vector>

#include "console.hpp"
#include "net/error.hpp"
#include "net/poller.hpp"
#include "net/stream.hpp"
#include "options.hpp"

using namespace prise;

namespace {

struct Client {
  net::Socket socket;
  std::string waiting;  // what the kernel had no room for
};

class Floor {
public:
  Floor(net::Listener listener, bool broadcast)
      : listener_(std::move(listener)), broadcast_(broadcast), buffer_(512 * 1024) {
    net::checked(::fcntl(listener_.fd(), F_SETFL, O_NONBLOCK), "fcntl");
    poller_->watch(listener_.fd(), net::Interest::read);
  }

  void turn() {
    for (const net::Ready& ready : poller_->wait()) {
      if (ready.fd == listener_.fd())
        accept_all();
      else if (ready.writable && !clients_[index_of(ready.fd)].waiting.empty())
        send(clients_[index_of(ready.fd)], {});
      else if (ready.readable)
        read(ready.fd);
    }
  }

private:
  static std::size_t index_of(int fd) { return static_cast<std::size_t>(fd); }

  void accept_all() {
    for (int fd = 0; (fd = ::accept4(listener_.fd(), nullptr, nullptr, SOCK_NONBLOCK)) != -1;) {
      const int on = 1;
      ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      if (clients_.size() <= index_of(fd)) clients_.resize(index_of(fd) + 1);
      clients_[index_of(fd)].socket = net::Socket{fd};
      poller_->watch(fd, net::Interest::read);
    }
  }

  void read(int fd) {
    const ssize_t count = ::recv(fd, buffer_.data(), buffer_.size(), 0);
    if (count == -1 && errno == EAGAIN) return;
    if (count <= 0) return leave(fd);
    const std::string_view bytes(buffer_.data(), static_cast<std::size_t>(count));
    if (!broadcast_) return send(clients_[index_of(fd)], bytes);
    for (Client& other : clients_)
      if (other.socket.is_open() && other.socket.fd() != fd) send(other, bytes);
  }

  void send(Client& client, std::string_view bytes) {
    const bool waited = !client.waiting.empty();
    if (waited) client.waiting += bytes;
    const std::string_view all = waited ? std::string_view(client.waiting) : bytes;
    const ssize_t count = ::send(client.socket.fd(), all.data(), all.size(), MSG_NOSIGNAL);
    const std::size_t sent = count == -1 ? 0 : static_cast<std::size_t>(count);
    std::string left(all.substr(sent));
    client.waiting = std::move(left);
    if (waited || !client.waiting.empty())
      poller_->watch(client.socket.fd(),
                     client.waiting.empty() ? net::Interest::read : net::Interest::write);
  }

  void leave(int fd) {
    poller_->forget(fd);
    clients_[index_of(fd)] = {};
  }

  net::Listener listener_;
  bool broadcast_;
  std::vector<char> buffer_;  // of every recv
  std::unique_ptr<net::Poller> poller_ = net::Poller::make();
  std::vector<Client> clients_;  // by descriptor
};

}  // namespace

int main(int argc, char** argv) {
  bool broadcast = false;
  const auto options =
      parse_options(argc, argv, {.port = 8765},
                    {{"--broadcast", &broadcast, "Envoie aux autres, non à l'expéditeur"}});
  net::Listener listener(net::resolve(options.host, options.port, net::Purpose::listen).front());
  const auto port = listener.address().port();
  Floor floor(std::move(listener), broadcast);
  say_chosen_port(options, port);
  while (true)
    floor.turn();
}
