#include "net/datagram.hpp"

#include <array>
#include <system_error>

#include "support/catch.hpp"
#include "support/loopback.hpp"

using namespace prise::net;
using namespace prise::testing;

namespace {

struct Ends {
  Datagrams client, server;
};

Ends ends(int family = AF_INET) {
  return {Datagrams::unbound(family), Datagrams::bound_to(loopback(family))};
}

std::string text_of(const Datagrams::Received& received) {
  return {reinterpret_cast<const char*>(received.bytes.data()), received.bytes.size()};
}

std::error_code error_of_sending(Datagrams& from, std::string_view text, const Address& to) {
  try {
    from.send_to(text, to);
  } catch (const std::system_error& error) {
    CHECK(std::string(error.what()).starts_with("sendto " + to.host_and_port()));
    return error.code();
  }
  return {};
}

}  // namespace

TEST_CASE("a datagram arrives whole, with its sender's address", "[net][datagram]") {
  for (const int family : {AF_INET, AF_INET6}) {
    Ends both = ends(family);
    both.client.send_to("Hello UDP !", both.server.address());
    std::array<std::byte, 1024> buffer;
    const Datagrams::Received received = both.server.receive(buffer);
    CHECK(text_of(received) == "Hello UDP !");
    CHECK_FALSE(received.truncated);
    CHECK(received.bytes.data() == buffer.data());
    CHECK(received.sender.port() == both.client.address().port());
    CHECK(received.sender.host() == loopback(family).host());

    both.server.send_to("Message bien reçu !", received.sender);
    CHECK(text_of(both.client.receive(buffer)) == "Message bien reçu !");
  }
}

TEST_CASE("two datagrams stay two", "[net][datagram]") {
  Ends both = ends();
  both.client.send_to("un", both.server.address());
  both.client.send_to("deux", both.server.address());
  std::array<std::byte, 1024> buffer;
  CHECK(text_of(both.server.receive(buffer)) == "un");
  CHECK(text_of(both.server.receive(buffer)) == "deux");
}

TEST_CASE("a datagram longer than the buffer is cut, said to be, and its rest is lost",
          "[net][datagram]") {
  Ends both = ends();
  both.client.send_to("0123456789", both.server.address());
  both.client.send_to("next", both.server.address());
  std::array<std::byte, 4> buffer;
  const Datagrams::Received received = both.server.receive(buffer);
  CHECK(text_of(received) == "0123");
  CHECK(received.truncated);
  const Datagrams::Received fits = both.server.receive(buffer);
  CHECK(text_of(fits) == "next");
  CHECK_FALSE(fits.truncated);
}

TEST_CASE("an empty datagram is a datagram", "[net][datagram]") {
  Ends both = ends();
  both.client.send_to("", both.server.address());
  std::array<std::byte, 4> buffer;
  const auto received = both.server.receive_within(std::chrono::seconds(20), buffer);
  REQUIRE(received.has_value());
  CHECK(received->bytes.empty());
  CHECK(received->sender.port() == both.client.address().port());
}

TEST_CASE("the largest datagram passes and one byte more does not", "[net][datagram]") {
  Ends both = ends();
  const std::string largest = pattern(datagram_bytes_max);
  both.client.send_to(largest, both.server.address());
  std::string buffer(datagram_bytes_max + 1, '?');
  CHECK((text_of(both.server.receive(std::as_writable_bytes(std::span(buffer)))) == largest));
  CHECK(error_of_sending(both.client, pattern(datagram_bytes_max + 1), both.server.address()) ==
        std::errc::message_size);
}

TEST_CASE("receive_within gives up when nothing comes", "[net][datagram]") {
  Ends both = ends();
  std::array<std::byte, 4> buffer;
  CHECK_FALSE(both.server.receive_within(std::chrono::milliseconds(20), buffer).has_value());
  CHECK_FALSE(both.server.receive_within(std::chrono::milliseconds(0), buffer).has_value());
  CHECK_FALSE(both.server.receive_within(std::chrono::milliseconds(-1), buffer).has_value());
}

TEST_CASE("receive_within takes what is already there, even without time", "[net][datagram]") {
  Ends both = ends();
  both.client.send_to("là", both.server.address());
  std::array<std::byte, 4> buffer;
  CHECK(both.server.receive_within(std::chrono::milliseconds(0), buffer).has_value());
}

TEST_CASE("two servers cannot share a port and steal each other's datagrams", "[net][datagram]") {
  const Ends both = ends();
  try {
    Datagrams::bound_to(both.server.address());
    FAIL("the port was shared");
  } catch (const std::system_error& error) {
    CHECK(error.code() == std::errc::address_in_use);
    CHECK(std::string(error.what()).starts_with("bind "));
  }
}

TEST_CASE("a port freed by a server can be taken at once", "[net][datagram]") {
  Address address;
  {
    Ends both = ends();
    address = both.server.address();
    both.client.send_to("unread", address);
  }
  CHECK_NOTHROW(Datagrams::bound_to(address));
}

TEST_CASE("an unbound socket has its port after the first send", "[net][datagram]") {
  Ends both = ends();
  CHECK(both.client.address().port() == 0);
  both.client.send_to("x", both.server.address());
  CHECK(both.client.address().port() != 0);
}
