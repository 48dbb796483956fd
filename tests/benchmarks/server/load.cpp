// A load: so many connections, on each so many messages on their way at once, every echo compared
// byte by byte. It prints how many came back, and what CPU each cost the server. Linux.
//
//   load --port 8765 --pid $! --connections 100 --in-flight 1 --bytes 64 --seconds 2 [--raw]
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <vector>

#include "console.hpp"
#include "drivers/attempt.hpp"
#include "net/error.hpp"
#include "net/stream.hpp"
#include "options.hpp"
#include "protocol/websocket/frame.hpp"

using namespace prise;
using Clock = std::chrono::steady_clock;
using Bytes = std::vector<std::byte>;

namespace {

// The same message again and again, so that any slice of the stream is a slice of `repeated`.
struct Wire {
  Bytes repeated;
  std::size_t bytes;  // of one message

  Wire(Bytes message, std::size_t bytes_min) : bytes{message.size()} {
    while (repeated.size() < bytes_min + bytes)
      repeated.insert(repeated.end(), message.begin(), message.end());
  }
  std::span<const std::byte> slice(std::uint64_t from, std::size_t count) const {
    return std::span(repeated).subspan(static_cast<std::size_t>(from % bytes), count);
  }
};

struct Connection {
  net::Stream stream;
  std::uint64_t sent = 0, to_send = 0, received = 0;  // in bytes
  bool waits = false;                                 // for room to send
};

constexpr std::size_t slice_bytes_max = 1 << 20;

Bytes frame(std::size_t payload_bytes, bool masked) {
  Bytes bytes;
  websocket::FrameHead head;
  head.opcode = websocket::Opcode::binary;
  head.masked = masked;
  head.key = {std::byte{0x12}, std::byte{0x34}, std::byte{0x56}, std::byte{0x78}};
  if (!masked) head.key = {};
  Bytes payload(payload_bytes);
  for (std::size_t i = 0; i < payload.size(); ++i)
    payload[i] = static_cast<std::byte>(i % 251);
  websocket::append_frame(bytes, head, payload);
  return bytes;
}

void shake_hands(net::Stream& stream) {
  stream.send_all(
      "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
  std::string head;
  while (!head.ends_with("\r\n\r\n")) {
    const std::string byte = stream.receive_some(1);
    if (byte.empty()) throw std::runtime_error("the server ended the handshake");
    head += byte;
  }
}

class Load {
public:
  Load(Wire out, Wire in) : out_{std::move(out)}, in_{std::move(in)}, buffer_(slice_bytes_max) {}

  void add(net::Stream stream, std::size_t in_flight) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = connections_.size();
    net::checked(::epoll_ctl(epoll_.fd(), EPOLL_CTL_ADD, stream.fd(), &event), "epoll_ctl");
    connections_.push_back({std::move(stream), 0, in_flight * out_.bytes});
  }

  void begin() {
    for (std::size_t i = 0; i < connections_.size(); ++i)
      send(i);
  }

  // Messages that came back.
  std::uint64_t run_until(Clock::time_point end) {
    const std::uint64_t before = echoes_;
    std::array<epoll_event, 256> events;
    while (Clock::now() < end) {
      const int count = ::epoll_wait(epoll_.fd(), events.data(), events.size(), 100);
      for (int i = 0; i < count; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        if ((event.events & ~EPOLLOUT) != 0) receive(event.data.u64);
        send(event.data.u64);
      }
    }
    return echoes_ - before;
  }

private:
  void receive(std::size_t number) {
    Connection& connection = connections_[number];
    const ssize_t count =
        ::recv(connection.stream.fd(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (count <= 0) throw std::runtime_error("the server ended a connection");
    const auto bytes = static_cast<std::size_t>(count);
    if (std::memcmp(in_.slice(connection.received, bytes).data(), buffer_.data(), bytes) != 0)
      throw std::runtime_error("an echo is not what was sent");
    const std::uint64_t had = connection.received / in_.bytes;
    connection.received += bytes;
    const std::uint64_t came = connection.received / in_.bytes - had;
    connection.to_send += came * out_.bytes;
    echoes_ += came;
  }

  void send(std::size_t number) {
    Connection& connection = connections_[number];
    while (connection.to_send > 0) {
      const auto slice = out_.slice(
          connection.sent,
          static_cast<std::size_t>(std::min<std::uint64_t>(connection.to_send, slice_bytes_max)));
      const ssize_t count =
          ::send(connection.stream.fd(), slice.data(), slice.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (count == -1 && errno != EAGAIN) net::throw_system_error("send");
      if (count == -1) break;
      connection.sent += static_cast<std::uint64_t>(count);
      connection.to_send -= static_cast<std::uint64_t>(count);
    }
    if (connection.waits == (connection.to_send > 0)) return;
    connection.waits = connection.to_send > 0;
    epoll_event event{};
    event.events = connection.waits ? EPOLLIN | EPOLLOUT : EPOLLIN;
    event.data.u64 = number;
    net::checked(::epoll_ctl(epoll_.fd(), EPOLL_CTL_MOD, connection.stream.fd(), &event),
                 "epoll_ctl");
  }

  Wire out_, in_;
  Bytes buffer_;
  net::Socket epoll_{net::checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")};
  std::vector<Connection> connections_;
  std::uint64_t echoes_ = 0;
};

// proc(5), in seconds. Busy: on a processor, or ready and waiting for one.
struct Time {
  double cpu = 0, busy = 0;
};
Time time_of(const std::string& process) {
  std::ifstream file("/proc/" + process + "/schedstat");
  Time time;
  double waiting = 0;
  if (!(file >> time.cpu >> waiting)) throw std::runtime_error("no such process: --pid");
  return {time.cpu / 1e9, (time.cpu + waiting) / 1e9};
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t pid = 0, connections = 100, in_flight = 1, bytes = 64;
  double seconds = 2;
  bool raw = false;
  const auto options =
      parse_options(argc, argv, {.port = 8765},
                    {{"--pid", &pid, "Processus du serveur"},
                     {"--connections", &connections, "Connexions"},
                     {"--in-flight", &in_flight, "Messages en route à la fois, par connexion"},
                     {"--bytes", &bytes, "Octets d'un message"},
                     {"--seconds", &seconds, "Durée de la mesure"},
                     {"--raw", &raw, "TCP nu : les mêmes octets, sans WebSocket"}});
  Load load({frame(bytes, true), slice_bytes_max}, {frame(bytes, raw), slice_bytes_max});
  for (std::size_t i = 0; i < connections; ++i) {
    net::Stream stream = net::Stream::connect(net::Address::ipv4(options.host, options.port));
    drivers::send_without_delay(stream.fd());
    if (!raw) shake_hands(stream);
    load.add(std::move(stream), in_flight);
  }
  const auto duration =
      std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  load.begin();
  load.run_until(Clock::now() + duration / 4);
  const std::string server = std::to_string(pid);
  const Time server_before = time_of(server), own_before = time_of("self");
  const auto began = Clock::now();
  const auto messages = static_cast<double>(load.run_until(began + duration));
  const double wall = std::chrono::duration<double>(Clock::now() - began).count();
  const Time server_after = time_of(server), own_after = time_of("self");
  const double server_busy = (server_after.busy - server_before.busy) / wall;
  const double own_busy = (own_after.busy - own_before.busy) / wall;
  const double cpu = server_after.cpu - server_before.cpu;
  say("{:.0f} messages/s, {:.3f} µs de processeur par message ; occupés : serveur {:.0f} %, "
      "charge {:.0f} %{}",
      messages / wall, messages == 0 ? 0 : cpu * 1e6 / messages, server_busy * 100, own_busy * 100,
      own_busy > 0.95 && server_busy < 0.95 ? " : la charge est la limite" : "");
}
