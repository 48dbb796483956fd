// Signals that arrive while a call blocks, in a thread of this program, with a handler installed
// without SA_RESTART: the call then fails with EINTR, or has done only a part. See signal(7).
#include <array>
#include <memory>

#include "net/datagram.hpp"
#include "net/stream.hpp"
#include "support/catch.hpp"
#include "support/interrupted_thread.hpp"
#include "support/loopback.hpp"

using namespace prise::net;
using namespace prise::testing;

namespace {

constexpr int often = 5;
constexpr std::size_t one_mib = 1 << 20;

}  // namespace

TEST_CASE("receive_some goes on after a signal", "[net][stream][signal]") {
  Connection both = connected();
  std::string received;
  InterruptedThread reader([&] { received = both.server.receive_some(1024); });
  CHECK(reader.interrupt(often));
  both.client.send_all("Salut !");
  reader.join();
  CHECK(received == "Salut !");
}

TEST_CASE("receive_exactly goes on after signals between its pieces", "[net][stream][signal]") {
  Connection both = connected();
  std::string received(6, '?');
  InterruptedThread reader(
      [&] { both.server.receive_exactly(std::as_writable_bytes(std::span(received))); });
  for (const std::string_view piece : {"ab", "c", "def"}) {
    CHECK(reader.interrupt(often));
    both.client.send_all(piece);
  }
  reader.join();
  CHECK(received == "abcdef");
}

TEST_CASE("a signal cuts a blocked send short and send_some says where", "[net][stream][signal]") {
  Connection both = connected();
  shrink_buffers(both.client);
  const std::string text = pattern(one_mib);
  std::size_t sent = 0;
  InterruptedThread writer([&] { sent = both.client.send_some(bytes_of(text)); });
  CHECK(writer.interrupt(1));
  writer.join();
  CHECK(sent > 0);
  CHECK(sent < text.size());
}

TEST_CASE("send_all goes on after short writes and signals", "[net][stream][signal]") {
  Connection both = connected();
  shrink_buffers(both.client);
  const std::string text = pattern(one_mib);
  InterruptedThread writer([&] {
    both.client.send_all(text);
    both.client.shutdown_sending();
  });
  std::string received;
  for (int i = 0; i < often; ++i) {
    CHECK(writer.interrupt(often));  // nobody reads: the first of these cuts a send short
    std::string some(10'000, '?');
    some.resize(both.server.receive_exactly(std::as_writable_bytes(std::span(some))));
    received += some;
  }
  received += both.server.receive_all(one_mib).value_or("too much");
  writer.join();
  CHECK((received == text));
}

TEST_CASE("accept goes on after a signal", "[net][stream][signal]") {
  Listener listener(loopback());
  std::string received;
  InterruptedThread server([&] { received = listener.accept().receive_some(1024); });
  CHECK(server.interrupt(often));
  Stream::connect(listener.address()).send_all("Salut !");
  server.join();
  CHECK(received == "Salut !");
}

TEST_CASE("connect goes on after a signal", "[net][stream][signal]") {
  // With a backlog of 0 one client fills the queue; the next one's SYN is dropped, and sent again
  // by the kernel about a second later.
  Listener listener(loopback(), ReuseAddress::yes, 0);
  const Stream first = Stream::connect(listener.address());
  std::string received;
  InterruptedThread client(
      [&] { received = Stream::connect(listener.address()).receive_some(1024); });
  CHECK(client.interrupt(often));
  listener.accept().send_all("not you");
  listener.accept().send_all("Bienvenue");
  client.join();
  CHECK(received == "Bienvenue");
}

TEST_CASE("an interrupted connect that fails says so", "[net][stream][signal]") {
  auto listener = std::make_unique<Listener>(loopback(), ReuseAddress::yes, 0);
  const Address address = listener->address();
  const Stream first = Stream::connect(address);
  InterruptedThread client([&] { Stream::connect(address); });
  CHECK(client.interrupt(often));
  listener.reset();  // the SYN that is sent again finds nobody
  try {
    client.join();
    FAIL("connected to nobody");
  } catch (const std::system_error& error) {
    CHECK(error.code() == std::errc::connection_refused);
    CHECK(std::string(error.what()).starts_with("connect " + address.host_and_port()));
  }
}

TEST_CASE("receive of a datagram goes on after a signal", "[net][datagram][signal]") {
  Datagrams server = Datagrams::bound_to(loopback());
  std::array<std::byte, 100> buffer;
  std::size_t received = 0;
  InterruptedThread reader([&] { received = server.receive(buffer).bytes.size(); });
  CHECK(reader.interrupt(often));
  Datagrams::unbound(AF_INET).send_to("Salut !", server.address());
  reader.join();
  CHECK(received == 7);
}

TEST_CASE("receive_within keeps its deadline through signals", "[net][datagram][signal]") {
  Datagrams server = Datagrams::bound_to(loopback());
  std::array<std::byte, 100> buffer;
  bool interrupted = false;
  // On a busy machine three signals may take longer than the shorter waits.
  for (int wait_ms = 200; !interrupted && wait_ms <= 20'000; wait_ms *= 10) {
    const std::chrono::milliseconds wait(wait_ms);
    bool came = true;
    const auto begin = Clock::now();
    InterruptedThread reader([&] { came = server.receive_within(wait, buffer).has_value(); });
    interrupted = reader.interrupt(3);
    reader.join();
    CHECK_FALSE(came);
    CHECK(Clock::now() - begin >= wait);
  }
  CHECK(interrupted);
}
