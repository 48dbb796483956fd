#include "benchmarks/server/load.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <stdexcept>

#include "net/error.hpp"

namespace prise::benchmark {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr std::string_view request =
    "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
constexpr std::string_view accepted = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";  // RFC 6455 section 1.3

double cpu_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

std::string payload_of(std::size_t bytes) {
  std::string payload(bytes, '\0');
  for (std::size_t i = 0; i < bytes; ++i)
    payload[i] = static_cast<char>(i * 7 + i / 256);
  return payload;
}

// RFC 6455 section 5.2, a whole binary message.
std::string head_of(std::size_t bytes, unsigned mask_bit) {
  const auto byte = [](std::size_t value) { return static_cast<char>(value & 0xFF); };
  std::string head = "\x82";
  const int extended = bytes < 126 ? 0 : bytes < 65536 ? 2 : 8;
  head += byte(mask_bit | (extended == 0 ? bytes : extended == 2 ? 126 : 127));
  for (int i = extended - 1; i >= 0; --i)
    head += byte(bytes >> (8 * i));
  return head;
}

std::string masked_frame(const std::string& payload) {
  constexpr std::string_view key = "\x37\xfa\x21\x3d";
  std::string frame = head_of(payload.size(), 0x80) + std::string(key);
  for (std::size_t i = 0; i < payload.size(); ++i)
    frame += static_cast<char>(payload[i] ^ key[i % 4]);
  return frame;
}

std::string repeated(const std::string& text, std::size_t bytes_min) {
  std::string all;
  while (all.size() < bytes_min)
    all += text;
  return all;
}

net::Stream connect(std::uint16_t port, Speech speech) {
  net::Stream stream = net::Stream::connect(net::Address::ipv4("127.0.0.1", port));
  const int on = 1;
  ::setsockopt(stream.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (speech == Speech::raw) return stream;
  stream.send_all(request);
  std::string head;
  while (head.find("\r\n\r\n") == std::string::npos) {
    const std::string more = stream.receive_some(4096);
    if (more.empty()) throw std::runtime_error("the server ended the handshake");
    head += more;
  }
  if (!head.starts_with("HTTP/1.1 101 ") || head.find(accepted) == std::string::npos)
    throw std::runtime_error("the server refused the handshake: " + head.substr(0, 40));
  return stream;
}

}  // namespace

Load::Load(std::uint16_t port, Speech speech, const Mode& mode)
    : mode_(mode), frame_(masked_frame(payload_of(mode.payload_bytes))), buffer_(512 * 1024) {
  const std::string payload = payload_of(mode.payload_bytes);
  const std::string reply = speech == Speech::raw ? frame_ : head_of(payload.size(), 0) + payload;
  reply_bytes_ = reply.size();
  frames_ = repeated(frame_, frame_.size() * (mode.in_flight + 1));
  replies_ = repeated(reply, buffer_.size() + 2 * reply_bytes_);
  const std::size_t count = mode.connections + (mode.traffic == Traffic::broadcast ? 1 : 0);
  clients_.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    clients_.push_back({connect(port, speech)});
    const int fd = clients_.back().stream.fd();
    net::checked(::fcntl(fd, F_SETFL, O_NONBLOCK), "fcntl");
    if (by_fd_.size() <= static_cast<std::size_t>(fd)) by_fd_.resize(std::size_t(fd) + 1);
    by_fd_[static_cast<std::size_t>(fd)] = i;
    poller_->watch(fd, net::Interest::read);
  }
}

void Load::begin() {
  const bool one_sends = mode_.traffic == Traffic::broadcast;
  for (Client& client : clients_) {
    client.to_send += mode_.in_flight * frame_.size();
    expected_ += mode_.in_flight * (one_sends ? mode_.connections : 1);
    send(client);
    if (one_sends) return;
  }
}

Moved Load::run(double seconds) {
  const auto start = Clock::now();
  const double cpu_before = cpu_seconds();
  messages_ = 0;
  more_ = true;
  begin();
  while (expected_ > 0) {
    const auto all_ready = poller_->wait(std::chrono::seconds(20));
    if (all_ready.empty()) throw std::runtime_error("the server does not answer");
    for (const net::Ready& ready : all_ready)
      serve(ready);
    if (Seconds(Clock::now() - start).count() > seconds) more_ = false;
    // The next burst of a broadcast leaves when the last one is everywhere.
    if (expected_ == 0 && more_) begin();
  }
  return {messages_, Seconds(Clock::now() - start).count(), cpu_seconds() - cpu_before};
}

void Load::serve(const net::Ready& ready) {
  Client& client = clients_[by_fd_[static_cast<std::size_t>(ready.fd)]];
  if (ready.readable) receive(client);
  if (ready.writable || client.to_send > 0) send(client);
}

void Load::receive(Client& client) {
  const ssize_t count = ::recv(client.stream.fd(), buffer_.data(), buffer_.size(), 0);
  if (count == -1 && errno == EAGAIN) return;
  if (count <= 0) throw std::runtime_error("the server hung up");
  check(client, static_cast<std::size_t>(count));
  const std::uint64_t before = client.received / reply_bytes_;
  client.received += static_cast<std::size_t>(count);
  const std::uint64_t whole = client.received / reply_bytes_ - before;
  messages_ += whole;
  expected_ -= whole;
  if (mode_.traffic == Traffic::broadcast || !more_) return;
  client.to_send += whole * frame_.size();
  expected_ += whole;
}

void Load::check(const Client& client, std::size_t count) const {
  if (std::memcmp(buffer_.data(), replies_.data() + client.received % reply_bytes_, count) != 0)
    throw std::runtime_error("the server sent something else than it was sent");
}

void Load::send(Client& client) {
  while (client.to_send > 0) {
    const std::size_t size =
        std::min<std::size_t>(client.to_send, frames_.size() - client.sent_of_one);
    const ssize_t count =
        ::send(client.stream.fd(), frames_.data() + client.sent_of_one, size, MSG_NOSIGNAL);
    if (count == -1 && errno != EAGAIN) net::throw_system_error("send");
    if (count == -1) break;
    client.to_send -= static_cast<std::size_t>(count);
    client.sent_of_one = (client.sent_of_one + static_cast<std::size_t>(count)) % frame_.size();
  }
  const auto interest = client.to_send > 0 ? net::Interest::read_and_write : net::Interest::read;
  if (interest != client.interest) poller_->watch(client.stream.fd(), interest);
  client.interest = interest;
}

Moved connect_again_and_again(std::uint16_t port, Speech speech, double seconds) {
  const auto start = Clock::now();
  const double cpu_before = cpu_seconds();
  Moved moved;
  while (moved.seconds < seconds) {
    net::Stream stream = connect(port, speech);
    if (speech == Speech::raw) {  // as many bytes there and back
      stream.send_all(request);
      std::string back(request.size(), '\0');
      if (stream.receive_exactly(std::as_writable_bytes(std::span(back))) != request.size())
        throw std::runtime_error("the server hung up");
    }
    ++moved.messages;
    moved.seconds = Seconds(Clock::now() - start).count();
  }
  moved.own_cpu_seconds = cpu_seconds() - cpu_before;
  return moved;
}

}  // namespace prise::benchmark
