#include "net/socket.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <system_error>
#include <utility>

#include "support/catch.hpp"
#include "support/loopback.hpp"

using namespace prise::net;
using namespace prise::testing;

namespace {

bool is_open(int fd) {
  return ::fcntl(fd, F_GETFD) != -1;
}

// A port of which a connection lingers in TIME_WAIT: the server closed first.
std::uint16_t port_in_time_wait() {
  Listener listener(loopback());
  Stream client = Stream::connect(listener.address());
  Stream server = listener.accept();
  server.close();
  CHECK(client.receive_some(1).empty());
  return listener.address().port();
}

}  // namespace

TEST_CASE("a socket closes its descriptor at the end of its life", "[net][socket]") {
  int fd = -1;
  {
    const Socket socket = Socket::open(AF_INET, SOCK_STREAM);
    fd = socket.fd();
    CHECK(socket.is_open());
    CHECK(is_open(fd));
  }
  CHECK_FALSE(is_open(fd));
}

TEST_CASE("a socket that was never opened holds nothing and closes nothing", "[net][socket]") {
  Socket socket;
  CHECK(socket.fd() == -1);
  CHECK_FALSE(socket.is_open());
  socket.close();
  CHECK(is_open(0));
}

TEST_CASE("a descriptor that is given up is closed by who took it", "[net][socket]") {
  Socket socket = Socket::open(AF_INET, SOCK_STREAM);
  const int fd = socket.release();
  CHECK_FALSE(socket.is_open());
  socket.close();
  CHECK(is_open(fd));
  CHECK(::close(fd) == 0);
}

TEST_CASE("close twice closes once", "[net][socket]") {
  Socket socket = Socket::open(AF_INET, SOCK_STREAM);
  const int fd = socket.fd();
  socket.close();
  CHECK(socket.fd() == -1);
  const Socket other = Socket::open(AF_INET, SOCK_STREAM);
  REQUIRE(other.fd() == fd);  // the lowest free number, socket(2): a second close would hit it
  socket.close();
  CHECK(is_open(other.fd()));
}

TEST_CASE("a moved-from socket holds nothing", "[net][socket]") {
  Socket first = Socket::open(AF_INET, SOCK_STREAM);
  const int fd = first.fd();
  {
    const Socket second = std::move(first);
    CHECK(second.fd() == fd);
    CHECK(first.fd() == -1);  // NOLINT(bugprone-use-after-move): this is the promise
  }
  CHECK_FALSE(is_open(fd));
}

TEST_CASE("move assignment closes what was held before", "[net][socket]") {
  Socket first = Socket::open(AF_INET, SOCK_STREAM);
  Socket second = Socket::open(AF_INET, SOCK_STREAM);
  const int old_fd = first.fd(), new_fd = second.fd();
  first = std::move(second);
  CHECK(first.fd() == new_fd);
  CHECK_FALSE(is_open(old_fd));
  Socket& same = first;
  first = std::move(same);
  CHECK(first.fd() == new_fd);
  CHECK(is_open(new_fd));
}

TEST_CASE("a socket is not handed on to programs that are started", "[net][socket]") {
  const Socket socket = Socket::open(AF_INET, SOCK_STREAM);
  CHECK((::fcntl(socket.fd(), F_GETFD) & FD_CLOEXEC) != 0);
  const Connection both = connected();
  CHECK((::fcntl(both.server.fd(), F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("after bind to port 0 the address names the port of the kernel", "[net][socket]") {
  for (const int family : {AF_INET, AF_INET6}) {
    Socket socket = Socket::open(family, SOCK_STREAM);
    socket.bind(loopback(family), ReuseAddress::yes);
    CHECK(socket.local_address().port() != 0);
    CHECK(socket.local_address().host() == loopback(family).host());
  }
}

TEST_CASE("a port in TIME_WAIT can be bound again with ReuseAddress::yes only", "[net][socket]") {
  Address address = loopback();
  address.set_port(port_in_time_wait());
  {
    Socket socket = Socket::open(AF_INET, SOCK_STREAM);
    try {
      socket.bind(address, ReuseAddress::no);
      FAIL("the port could be bound");
    } catch (const std::system_error& error) {
      CHECK(error.code() == std::errc::address_in_use);
      CHECK(std::string(error.what()).starts_with("bind " + address.host_and_port()));
    }
  }
  Socket socket = Socket::open(AF_INET, SOCK_STREAM);
  CHECK_NOTHROW(socket.bind(address, ReuseAddress::yes));
}

TEST_CASE("ReuseAddress::yes does not take a port from a server that listens", "[net][socket]") {
  const Listener listener(loopback());
  CHECK_THROWS_AS(Listener(listener.address()), std::system_error);
}

TEST_CASE("a socket on every IPv6 interface takes IPv4 clients too", "[net][socket]") {
  Listener listener(resolve("::", 0, Purpose::listen).front());
  Stream client = Stream::connect(Address::ipv4("127.0.0.1", listener.address().port()));
  CHECK(listener.accept().peer().host() == "::ffff:127.0.0.1");
}

TEST_CASE("opening, moving and failing leak no descriptor", "[net][socket]") {
  const auto before = open_descriptors();
  for (int i = 0; i < 100; ++i) {
    Connection both = connected();
    const Stream moved = std::move(both.client);
    CHECK_THROWS_AS(Listener(Address::ipv4("192.0.2.1", 0)), std::system_error);  // not ours
    CHECK_THROWS_AS(Socket::open(AF_INET, -1), std::system_error);
  }
  CHECK(open_descriptors() == before);
}
