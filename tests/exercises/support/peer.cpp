#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "exercises/support/check.hpp"
#include "exercises/support/sockets.hpp"
#include "visible_text.hpp"

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

namespace prise::check {
namespace {

// Gives the program the time to read what it was sent, so that the next piece comes to it alone. A
// program that does not read now is not waited for long: it may be right.
void let_it_read(int fd) {
  for (int i = 0; i < 100; ++i) {
    const long unread = unread_by_peer(fd);
    if (unread == 0) return;
    ::poll(nullptr, 0, 1);
    if (unread == -1 && i >= 3) return;  // this system does not tell
  }
}

std::size_t piece_bytes(Delivery delivery, std::size_t left, std::mt19937& random) {
  if (delivery == Delivery::plain) return left;
  if (delivery == Delivery::byte_by_byte) return 1;
  return std::min<std::size_t>(left, 1 + random() % std::max<std::size_t>(left / 2, 3));
}

}  // namespace

// --- Check's doors and connections
// ----------------------------------------------------------------------------

Peer Check::connect(std::uint16_t port, const Guesses& guesses, const std::string& host) {
  const int fd = connect_to(host, port, deadline());
  const std::string where = host + ":" + std::to_string(port);
  if (fd == -1) {
    const std::string reason = errno == ECONNREFUSED ? "connexion refusée" : std::strerror(errno);
    end_or_crash(Verdict::failed, likely_mistakes(guesses, reason),
                 "un serveur qui écoute sur " + where, reason);
  }
  const std::string name = "client " + std::to_string(local_port(fd));
  note(name + " : connecté à " + where);
  return Peer(*this, fd, name);
}

bool Check::refuses(std::uint16_t port, const std::string& host) {
  const int fd = connect_to(host, port, deadline());
  if (fd != -1) ::close(fd);
  return fd == -1 && errno != ETIMEDOUT;
}

Door Check::listen(const std::string& host) {
  const int fd = socket_on(host, 0, SOCK_STREAM);
  ::listen(fd, 16);
  note(fmt::format("vérificateur : écoute sur le port {}", local_port(fd)));
  return Door(*this, fd);
}

UdpDoor Check::udp() {
  return UdpDoor(*this, socket_on("127.0.0.1", 0, SOCK_DGRAM));
}

// --- Peer
// -------------------------------------------------------------------------------------------------------

Peer::Peer(Check& check, int fd, std::string name)
    : check_(&check), fd_(fd), name_(std::move(name)) {}

Peer::Peer(Peer&& other) noexcept
    : check_(other.check_),
      fd_(std::exchange(other.fd_, -1)),
      name_(std::move(other.name_)),
      received_(std::move(other.received_)),
      end_(other.end_) {}

Peer::~Peer() {
  if (fd_ != -1) ::close(fd_);
}

std::string Peer::own_address() const {
  return local_text(fd_);
}
std::uint16_t Peer::own_port() const {
  return local_port(fd_);
}

void Peer::send(std::string_view bytes, Delivery delivery) {
  check_->note(fmt::format("{} > {}{}", name_, shown_bytes(bytes),
                           delivery == Delivery::plain ? "" : ", en morceaux"));
  const Deadline deadline = check_->deadline();
  while (!bytes.empty()) {
    const std::size_t piece = piece_bytes(delivery, bytes.size(), check_->random());
    const ssize_t count = ::send(fd_, bytes.data(), piece, MSG_NOSIGNAL);
    if (count == -1 && errno == EAGAIN) {
      if (!wait_writable(fd_, deadline)) return;  // it does not read: what it then lacks will show
      continue;
    }
    if (count <= 0) return;  // it has closed: the next receive says so
    bytes.remove_prefix(static_cast<std::size_t>(count));
    if (delivery != Delivery::plain && !bytes.empty()) let_it_read(fd_);
  }
}

bool Peer::try_send(std::string_view bytes, Seconds time) {
  const Deadline deadline = testing::within(time);
  check_->note(fmt::format("{} > {}", name_, shown_bytes(bytes)));
  while (!bytes.empty()) {
    const ssize_t count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
    if (count == -1 && (errno != EAGAIN || !wait_writable(fd_, deadline))) return false;
  }
  return true;
}

std::size_t Peer::send_some(std::string_view bytes, Seconds time) {
  if (!wait_writable(fd_, testing::within(time))) return 0;
  const ssize_t count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  return count > 0 ? static_cast<std::size_t>(count) : 0;
}

void Peer::keep_small_buffer() {
  const int bytes = 32768;
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

void Peer::half_close() {
  check_->note(name_ + " : n'enverra plus rien (shutdown)");
  ::shutdown(fd_, SHUT_WR);
}

void Peer::reset() {
  check_->note(name_ + " : coupe brutalement (RST)");
  const linger at_once{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(std::exchange(fd_, -1));
}

void Peer::close() {
  check_->note(name_ + " : ferme");
  ::close(std::exchange(fd_, -1));
}

// Reads until so many bytes are there. False: the deadline passed or the stream ended first.
bool Peer::fill(std::size_t bytes, Deadline deadline) {
  std::array<char, 65536> buffer;
  while (received_.size() < bytes) {
    if (end_ != StreamEnd::open || !wait_readable(fd_, deadline)) return false;
    const ssize_t count = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (count > 0) received_.append(buffer.data(), static_cast<std::size_t>(count));
    if (count == 0) end_ = StreamEnd::closed;
    if (count == -1 && errno != EAGAIN && errno != EINTR) end_ = StreamEnd::reset;
  }
  return true;
}

void Peer::fail(const std::string& expected, std::string_view actual, const Guesses& guesses) {
  std::string shown = actual.empty() ? "rien" : shown_bytes(actual);
  if (end_ == StreamEnd::closed) shown += ", puis la fermeture";
  if (end_ == StreamEnd::reset) shown += ", puis une coupure brutale (RST)";
  const bool late = end_ == StreamEnd::open && actual.empty();
  if (late) shown = fmt::format("rien, après {:g} s d'attente", check_->patience().count());
  check_->end_or_crash(late ? Verdict::timed_out : Verdict::failed,
                       likely_mistakes(guesses, actual), expected, shown);
}

std::string Peer::receive_exactly(std::size_t bytes, const std::string& expected,
                                  const Guesses& guesses) {
  if (!fill(bytes, check_->deadline())) fail(expected, received_, guesses);
  std::string result = received_.substr(0, bytes);
  received_.erase(0, bytes);
  check_->note(name_ + " < " + shown_bytes(result));
  return result;
}

void Peer::expect_bytes(const std::string& expected, const Guesses& guesses) {
  // As soon as what is there differs, waiting for the rest is pointless.
  const Deadline deadline = check_->deadline();
  while (received_.size() < expected.size() && expected.starts_with(received_)) {
    if (!fill(received_.size() + 1, deadline)) break;
  }
  const std::string actual = received_.substr(0, expected.size());
  if (actual != expected) {
    if (actual.empty()) fail(shown_bytes(expected), actual, guesses);
    std::string shown = shown_difference(expected, received_);
    if (end_ == StreamEnd::reset) shown += ", puis une coupure brutale (RST)";
    check_->end_or_crash(Verdict::failed, likely_mistakes(guesses, received_),
                         shown_bytes(expected), shown);
  }
  received_.erase(0, expected.size());
  check_->note(name_ + " < " + shown_bytes(expected));
}

std::string Peer::receive_line(const std::string& expected, const Guesses& guesses) {
  const Deadline deadline = check_->deadline();
  std::size_t end = received_.find('\n');
  while (end == std::string::npos) {
    if (received_.size() > 1 << 20 || !fill(received_.size() + 1, deadline))
      fail(expected, received_, guesses);
    end = received_.find('\n');
  }
  std::string line = received_.substr(0, end);
  received_.erase(0, end + 1);
  check_->note(name_ + " < " + shown_bytes(line));
  return line;
}

void Peer::expect_line(const std::string& expected, const Guesses& guesses) {
  const std::string wanted = shown_bytes(expected) + ", suivi d'une fin de ligne";
  const std::string line = receive_line(wanted, guesses);
  if (line != expected)
    check_->end_or_crash(Verdict::failed, likely_mistakes(guesses, line), wanted,
                         shown_difference(expected, line));
}

std::string Peer::receive_to_end(std::size_t bytes_max, const Guesses& guesses) {
  const Deadline deadline = check_->deadline();
  while (received_.size() <= bytes_max && fill(received_.size() + 1, deadline)) {
  }
  if (end_ != StreamEnd::closed)
    fail("des octets, puis la fermeture propre de la connexion", received_, guesses);
  check_->note(name_ + " < " + shown_bytes(received_) + ", puis la fermeture");
  return std::exchange(received_, {});
}

void Peer::expect_closed(const Guesses& guesses) {
  fill(received_.size() + 1, check_->deadline());
  if (end_ != StreamEnd::closed || !received_.empty())
    fail("la fermeture propre de la connexion", received_, guesses);
  check_->note(name_ + " : fermeture vue");
}

std::string Peer::receive_some(std::size_t bytes_max, Seconds time) {
  fill(received_.size() + 1, testing::within(time));
  std::string result = received_.substr(0, bytes_max);
  received_.erase(0, result.size());
  return result;
}

// --- Door
// -------------------------------------------------------------------------------------------------------

Door::Door(Door&& other) noexcept : check_(other.check_), fd_(std::exchange(other.fd_, -1)) {}
Door::~Door() {
  if (fd_ != -1) ::close(fd_);
}
std::uint16_t Door::port() const {
  return local_port(fd_);
}

Peer Door::accept(const Guesses& guesses) {
  if (!wait_readable(fd_, check_->deadline()))
    check_->end_or_crash(
        Verdict::timed_out, likely_mistakes(guesses, ""),
        fmt::format("une connexion au port {}", port()),
        fmt::format("personne, après {:g} s d'attente", check_->patience().count()));
  const int fd = ::accept(fd_, nullptr, nullptr);
  if (fd == -1) throw std::system_error(errno, std::generic_category(), "accept");
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  ::fcntl(fd, F_SETFL, O_NONBLOCK);
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  check_->note(fmt::format("vérificateur : connexion du port {}", remote_port(fd)));
  return Peer(*check_, fd, "serveur");
}

bool Door::nobody_within(Seconds time) {
  return !wait_readable(fd_, testing::within(time));
}

// --- UdpDoor
// ----------------------------------------------------------------------------------------------------

UdpDoor::UdpDoor(UdpDoor&& other) noexcept
    : check_(other.check_), fd_(std::exchange(other.fd_, -1)) {}
UdpDoor::~UdpDoor() {
  if (fd_ != -1) ::close(fd_);
}
std::uint16_t UdpDoor::port() const {
  return local_port(fd_);
}

Datagram UdpDoor::receive(const std::string& expected, const Guesses& guesses) {
  if (!wait_readable(fd_, check_->deadline()))
    check_->end_or_crash(
        Verdict::timed_out, likely_mistakes(guesses, ""), expected,
        fmt::format("aucun datagramme, après {:g} s d'attente", check_->patience().count()));
  std::string bytes(65536, '\0');
  sockaddr_in sender{};
  socklen_t size = sizeof sender;
  const ssize_t count =
      ::recvfrom(fd_, bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&sender), &size);
  if (count == -1) throw std::system_error(errno, std::generic_category(), "recvfrom");
  bytes.resize(static_cast<std::size_t>(count));
  check_->note(
      fmt::format("datagramme du port {} < {}", ntohs(sender.sin_port), shown_bytes(bytes)));
  return {std::move(bytes), ntohs(sender.sin_port)};
}

bool UdpDoor::nothing_within(Seconds time) {
  return !wait_readable(fd_, testing::within(time));
}

void UdpDoor::send(std::string_view bytes, std::uint16_t port) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  check_->note(
      fmt::format("datagramme du port {} vers {} > {}", local_port(fd_), port, shown_bytes(bytes)));
  ::sendto(fd_, bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&to), sizeof to);
}

}  // namespace prise::check
