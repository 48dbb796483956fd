#include "net/stream.hpp"

#include <sys/ioctl.h>

#include <array>
#include <chrono>
#include <csignal>
#include <system_error>
#include <thread>

#include "net/error.hpp"
#include "support/catch.hpp"
#include "support/loopback.hpp"

using namespace prise::net;
using namespace prise::testing;

namespace {

std::span<std::byte> room(std::string& text) {
  return std::as_writable_bytes(std::span(text));
}

// Nothing that has arrived is left in the kernel: somebody has received it. See tcp(7), SIOCINQ.
bool wait_until_read(const Stream& stream) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  for (int unread = 1; std::chrono::steady_clock::now() < deadline;) {
    checked(::ioctl(stream.fd(), FIONREAD, &unread), "ioctl FIONREAD");
    if (unread == 0) return true;
  }
  return false;
}

template <class Work>
std::error_code error_of(Work work) {
  try {
    work();
  } catch (const std::system_error& error) {
    return error.code();
  }
  return {};
}

constexpr std::size_t eight_mib = 8 << 20;

}  // namespace

TEST_CASE("receive_some gives what is there, at most the size of the buffer", "[net][stream]") {
  Connection both = connected();
  both.client.send_all("Salut !");
  std::string buffer(3, '?');
  CHECK(both.server.receive_some(room(buffer)) == 3);
  CHECK(buffer == "Sal");
  CHECK(both.server.receive_some(1024) == "ut !");
}

TEST_CASE("the end of the stream is an outcome and stays one", "[net][stream]") {
  Connection both = connected();
  both.client.send_all("fin");
  both.client.close();
  CHECK(both.server.receive_some(1024) == "fin");
  std::array<std::byte, 8> buffer;
  CHECK(both.server.receive_some(buffer) == 0);
  CHECK(both.server.receive_some(1024).empty());
}

TEST_CASE("receive_exactly goes on after a short read", "[net][stream]") {
  Connection both = connected();
  std::string received(10, '?');
  std::size_t count = 0;
  std::jthread reader([&] { count = both.server.receive_exactly(room(received)); });
  for (const std::string_view piece : {"ab", "cde", "f", "ghij"}) {
    both.client.send_all(piece);
    REQUIRE(wait_until_read(both.server));  // or the next piece would join it
  }
  both.client.send_all("beyond");
  reader.join();
  CHECK(count == 10);
  CHECK(received == "abcdefghij");
  CHECK(both.server.receive_some(1024) == "beyond");
}

TEST_CASE("receive_exactly says how far it came when the stream ends", "[net][stream]") {
  Connection both = connected();
  both.client.send_all("abc");
  both.client.close();
  std::string received(10, '?');
  CHECK(both.server.receive_exactly(room(received)) == 3);
  CHECK(received == "abc???????");
}

TEST_CASE("receive_exactly of nothing does not wait", "[net][stream]") {
  Connection both = connected();
  CHECK(both.server.receive_exactly({}) == 0);
}

TEST_CASE("receive_all takes as much as its limit and no byte more", "[net][stream]") {
  for (const std::size_t bytes :
       {std::size_t{0}, std::size_t{1}, std::size_t{99}, std::size_t{100}}) {
    Connection both = connected();
    both.client.send_all(pattern(bytes));
    both.client.close();
    CHECK(both.server.receive_all(100) == pattern(bytes));
  }
  Connection both = connected();
  both.client.send_all(pattern(101));
  both.client.shutdown_sending();
  CHECK(both.server.receive_all(100) == std::nullopt);
}

TEST_CASE("receive_all judges its limit before the stream ends", "[net][stream]") {
  Connection both = connected();
  both.client.send_all(pattern(101));  // and the client stays
  CHECK(both.server.receive_all(100) == std::nullopt);
}

TEST_CASE("8 MiB pass unharmed, far more than the kernel buffers", "[net][stream]") {
  for (const int family : {AF_INET, AF_INET6}) {
    Connection both = connected(family);
    const std::string sent = pattern(eight_mib);
    std::jthread writer([&] {
      both.client.send_all(sent);
      both.client.shutdown_sending();
    });
    const std::optional<std::string> received = both.server.receive_all(eight_mib);
    REQUIRE(received.has_value());
    CHECK((*received == sent));  // in parentheses: 8 MiB in a report help nobody
  }
}

TEST_CASE("after shutdown_sending the other direction goes on", "[net][stream]") {
  Connection both = connected();
  both.client.send_all("question");
  both.client.shutdown_sending();
  CHECK(both.server.receive_all(1024) == "question");
  both.server.send_all("answer");
  both.server.close();
  CHECK(both.client.receive_all(1024) == "answer");
}

TEST_CASE("every byte value passes, NUL and invalid UTF-8 too", "[net][stream]") {
  Connection both = connected();
  std::string all(256, '\0');
  for (std::size_t i = 0; i < all.size(); ++i)
    all[i] = static_cast<char>(i);
  both.client.send_all(all);
  both.client.close();
  CHECK(both.server.receive_all(1024) == all);
}

TEST_CASE("a peer that resets is an error that names recv", "[net][stream]") {
  Connection both = connected();
  both.client.send_all("half a mess");
  std::string received(11, '?');
  CHECK(both.server.receive_exactly(room(received)) == 11);
  reset(both.client);
  try {
    both.server.receive_some(1024);
    FAIL("a reset was read as data or as the end");
  } catch (const std::system_error& error) {
    CHECK(error.code() == std::errc::connection_reset);
    CHECK(std::string(error.what()).starts_with("recv: "));
  }
}

TEST_CASE("writing to a peer that has gone is an error and never SIGPIPE", "[net][stream]") {
  ::signal(SIGPIPE, SIG_DFL);  // one SIGPIPE would end this test
  Connection both = connected();
  reset(both.client);
  const std::error_code first = error_of([&] { both.server.receive_some(1); });
  CHECK(first == std::errc::connection_reset);
  CHECK(error_of([&] { both.server.send_all("anybody?"); }) == std::errc::broken_pipe);
  CHECK(error_of([&] { both.server.send_some(bytes_of("anybody?")); }) == std::errc::broken_pipe);
}

TEST_CASE("a writer blocked in send_all learns that its peer resets", "[net][stream]") {
  Connection both = connected();
  shrink_buffers(both.client);
  std::error_code code;
  std::jthread writer([&] { code = error_of([&] { both.client.send_all(pattern(eight_mib)); }); });
  std::string some(1000, '?');
  both.server.receive_exactly(room(some));
  reset(both.server);
  writer.join();
  CHECK((code == std::errc::connection_reset || code == std::errc::broken_pipe));
}

TEST_CASE("connecting to a port where nobody listens names the address", "[net][stream]") {
  Socket taken = Socket::open(AF_INET, SOCK_STREAM);  // bound, not listening: refused for certain
  taken.bind(loopback(), ReuseAddress::no);
  const Address address = taken.local_address();
  const auto before = open_descriptors();
  try {
    Stream::connect(address);
    FAIL("somebody listens");
  } catch (const std::system_error& error) {
    CHECK(error.code() == std::errc::connection_refused);
    CHECK(std::string(error.what()).starts_with("connect " + address.host_and_port() + ": "));
  }
  CHECK(open_descriptors() == before);
}

TEST_CASE("each side knows the other's address, in both families", "[net][stream]") {
  for (const int family : {AF_INET, AF_INET6}) {
    Listener listener(loopback(family));
    const Stream client = Stream::connect(listener.address());
    const Stream server = listener.accept();
    CHECK(client.peer() == listener.address());
    CHECK(server.peer().host() == loopback(family).host());
    CHECK(server.peer().port() != listener.address().port());
  }
}

TEST_CASE("a moved stream goes on where it was", "[net][stream]") {
  Connection both = connected();
  both.client.send_all("one two");
  CHECK(both.server.receive_some(4) == "one ");
  Stream moved = std::move(both.server);
  CHECK(moved.receive_some(1024) == "two");
  CHECK(both.server.fd() == -1);  // NOLINT(bugprone-use-after-move): this is the promise
}

TEST_CASE("clients that wait are accepted in the order they came", "[net][stream]") {
  Listener listener(loopback());
  std::vector<Stream> clients;
  for (int i = 0; i < 5; ++i) {
    clients.push_back(Stream::connect(listener.address()));
    clients.back().send_all(std::to_string(i));
  }
  for (int i = 0; i < 5; ++i)
    CHECK(listener.accept().receive_some(10) == std::to_string(i));
}

TEST_CASE("a client that gave up while it waited does not stop the listener", "[net][stream]") {
  Listener listener(loopback());
  Stream gone = Stream::connect(listener.address());
  reset(gone);
  Stream next = Stream::connect(listener.address());
  next.send_all("here");
  // Linux hands out the dead connection first; elsewhere accept says ECONNABORTED and is called
  // again.
  Stream first = listener.accept();
  if (!(first.peer().port() == 0) && error_of([&] { first.receive_some(1); })) {
    CHECK(listener.accept().receive_some(10) == "here");
  } else {
    CHECK(first.receive_some(10) == "ere");
  }
}

TEST_CASE("a closed listener refuses", "[net][stream]") {
  Listener listener(loopback());
  const Address address = listener.address();
  listener.close();
  CHECK(listener.fd() == -1);
  CHECK(error_of([&] { Stream::connect(address); }) == std::errc::connection_refused);
}
