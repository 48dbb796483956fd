#include "net/address.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include <stdexcept>

#include "support/catch.hpp"

using namespace prise::net;

namespace {

Address ipv6(const char* host, std::uint16_t port, std::uint32_t flow = 0,
             std::uint32_t scope = 0) {
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port);
  address.sin6_flowinfo = htonl(flow);
  address.sin6_scope_id = scope;
  REQUIRE(::inet_pton(AF_INET6, host, &address.sin6_addr) == 1);
  return Address(reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

}  // namespace

TEST_CASE("an IPv4 address prints as Python prints it", "[net][address]") {
  CHECK(Address::ipv4("127.0.0.1", 52314).text() == "('127.0.0.1', 52314)");
  CHECK(Address().text() == "('0.0.0.0', 0)");
}

TEST_CASE("an IPv6 address prints as Python prints it", "[net][address]") {
  CHECK(ipv6("::1", 52314).text() == "('::1', 52314, 0, 0)");
  CHECK(ipv6("fe80::1", 80, 5, 2).text() == "('fe80::1', 80, 5, 2)");
  CHECK(ipv6("2001:DB8:0:0:0:0:0:1", 80).host() == "2001:db8::1");
}

TEST_CASE("host and port are written as people write them", "[net][address]") {
  CHECK(Address::ipv4("192.0.2.7", 80).host_and_port() == "192.0.2.7:80");
  CHECK(ipv6("::1", 8080).host_and_port() == "[::1]:8080");
}

TEST_CASE("a port is in the order of the host, whatever its bytes", "[net][address]") {
  for (const int port : {0, 1, 255, 256, 9999, 65535}) {
    Address four = Address::ipv4("127.0.0.1", static_cast<std::uint16_t>(port));
    CHECK(four.port() == port);
    CHECK(ipv6("::1", static_cast<std::uint16_t>(port)).port() == port);
    four.set_port(0x1234);
    CHECK(four.port() == 0x1234);
  }
  Address six = ipv6("::1", 1);
  six.set_port(65535);
  CHECK(six.text() == "('::1', 65535, 0, 0)");
}

TEST_CASE("ipv4 takes four numbers and nothing else", "[net][address]") {
  for (const char* text : {"", "localhost", "127.1", "256.0.0.1", "1.2.3.4.5", " 127.0.0.1", "::1",
                           "127.0.0.1 ", "0x7f.0.0.1"}) {
    INFO(text);
    CHECK_THROWS_AS(Address::ipv4(text, 1), std::invalid_argument);
  }
}

TEST_CASE("every interface is told from one", "[net][address]") {
  CHECK(Address::ipv4("0.0.0.0", 9).is_any());
  CHECK(ipv6("::", 9).is_any());
  CHECK_FALSE(Address::ipv4("127.0.0.1", 9).is_any());
  CHECK_FALSE(ipv6("::1", 9).is_any());
}

TEST_CASE("addresses are equal when family, host and port are", "[net][address]") {
  CHECK(Address::ipv4("127.0.0.1", 1) == Address::ipv4("127.0.0.1", 1));
  CHECK_FALSE(Address::ipv4("127.0.0.1", 1) == Address::ipv4("127.0.0.1", 2));
  CHECK_FALSE(Address::ipv4("127.0.0.1", 1) == Address::ipv4("127.0.0.2", 1));
  CHECK_FALSE(Address() == ipv6("::", 0));
}

TEST_CASE("the size given to the kernel is that of the family", "[net][address]") {
  CHECK(Address::ipv4("127.0.0.1", 1).size() == sizeof(sockaddr_in));
  CHECK(ipv6("::1", 1).size() == sizeof(sockaddr_in6));
}

TEST_CASE("resolve takes numbers of both families", "[net][address]") {
  CHECK(resolve("127.0.0.1", 80).front().text() == "('127.0.0.1', 80)");
  CHECK(resolve("::1", 80).front().text() == "('::1', 80, 0, 0)");
}

TEST_CASE("resolve gives each address once, with the port", "[net][address]") {
  const std::vector<Address> found = resolve("localhost", 65535);
  REQUIRE_FALSE(found.empty());
  for (std::size_t i = 0; i < found.size(); ++i) {
    CHECK(found[i].port() == 65535);
    for (std::size_t j = 0; j < i; ++j)
      CHECK_FALSE(found[i] == found[j]);
  }
}

TEST_CASE("resolve of no name is this machine, or all its interfaces", "[net][address]") {
  for (const Address& address : resolve("", 9, Purpose::connect))
    CHECK((address.host() == "127.0.0.1" || address.host() == "::1"));
  for (const Address& address : resolve("", 9, Purpose::listen))
    CHECK(address.is_any());
}

TEST_CASE("a name that leads nowhere is an error of the resolver", "[net][address]") {
  try {
    resolve("nulle.part.invalid", 9999);  // RFC 2606: .invalid never resolves
    FAIL("it resolved");
  } catch (const std::system_error& error) {
    CHECK(error.code().category() == resolver_category());
    CHECK(std::string(error.code().category().name()) == "getaddrinfo");
    CHECK(std::string(error.what()).starts_with("getaddrinfo nulle.part.invalid: "));
    CHECK(error.code().message() == ::gai_strerror(error.code().value()));
  }
}
