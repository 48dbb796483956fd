// The floor: an echo of TCP bytes on epoll, without any WebSocket. What a server does beyond it is
// what the protocol and the driver cost. Linux.
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <vector>

#include "console.hpp"
#include "drivers/attempt.hpp"
#include "net/error.hpp"
#include "net/stream.hpp"
#include "options.hpp"

using namespace prise;

namespace {

void watch(const net::Socket& epoll, int change, int fd, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  net::checked(::epoll_ctl(epoll.fd(), change, fd, &event), "epoll_ctl");
}

struct Client {
  net::Socket socket;
  std::vector<std::byte> left;  // what the kernel had no room for
};

// False: it is over.
bool send_or_keep(const net::Socket& epoll, Client& client, std::span<const std::byte> bytes) {
  const ssize_t count =
      ::send(client.socket.fd(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (count == -1 && errno != EAGAIN) return false;
  const bool waited = !client.left.empty();
  client.left = {bytes.begin() + std::max<ssize_t>(count, 0), bytes.end()};
  const bool waits = !client.left.empty();
  if (waits != waited) watch(epoll, EPOLL_CTL_MOD, client.socket.fd(), waits ? EPOLLOUT : EPOLLIN);
  return true;
}

bool serve(const net::Socket& epoll, Client& client, std::span<std::byte> buffer) {
  if (!client.left.empty()) return send_or_keep(epoll, client, std::vector(client.left));
  const ssize_t count = ::recv(client.socket.fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (count == -1 && errno == EAGAIN) return true;
  return count > 0 && send_or_keep(epoll, client, buffer.first(static_cast<std::size_t>(count)));
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = parse_options(argc, argv, {.port = 8765});
  const CtrlC ctrl_c;
  net::Listener listener(net::Address::ipv4(options.host, options.port));
  say_chosen_port(options, listener.address().port());
  const net::Socket epoll{net::checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")};
  watch(epoll, EPOLL_CTL_ADD, listener.fd(), EPOLLIN);
  watch(epoll, EPOLL_CTL_ADD, ctrl_c.fd(), EPOLLIN);
  std::vector<Client> clients;  // by descriptor
  std::vector<std::byte> buffer(512 * 1024);
  std::array<epoll_event, 256> events;
  while (!ctrl_c.happened()) {
    const int count = ::epoll_wait(epoll.fd(), events.data(), events.size(), -1);
    for (int i = 0; i < count; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      const auto number = static_cast<std::size_t>(fd);
      if (fd == listener.fd()) {
        net::Socket socket{::accept4(fd, nullptr, nullptr, SOCK_CLOEXEC)};
        if (!socket.is_open()) continue;
        drivers::send_without_delay(socket.fd());
        watch(epoll, EPOLL_CTL_ADD, socket.fd(), EPOLLIN);
        const auto place = static_cast<std::size_t>(socket.fd());
        if (clients.size() <= place) clients.resize(place + 1);
        clients[place] = {std::move(socket), {}};
      } else if (fd != ctrl_c.fd() && !serve(epoll, clients[number], buffer)) {
        clients[number] = {};
      }
    }
  }
}
