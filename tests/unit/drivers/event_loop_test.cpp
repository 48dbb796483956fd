// What the event loop does beyond the contract of all drivers (contract_test): many peers at once.
#include "drivers/event_loop.hpp"

#include <fcntl.h>
#include <sys/resource.h>

#include <functional>
#include <set>

#include "support/catch.hpp"
#include "unit/drivers/raw_peer.hpp"

using namespace prise;
using namespace prise::drivers;
using namespace std::chrono_literals;
using testing::close_payload;
using testing::RawPeer;
using websocket::CloseCode;
using websocket::Opcode;
using websocket::PreparedFrame;
using websocket::Role;
using websocket::Rule;

namespace {

// A room, in the thread of the test: the loop turns while the test waits for something.
struct Room : Handler {
  std::function<void(Peer&)> on_opened = [](Peer&) {};
  std::function<void(Peer&, const Message&)> on_message = [](Peer&, const Message&) {};
  std::set<Peer*> here;
  std::vector<Ending> endings, failures;
  int messages = 0;

  void opened(Peer& peer) override {
    here.insert(&peer);
    on_opened(peer);
  }
  void message(Peer& peer, const Message& message) override {
    ++messages;
    on_message(peer, message);
  }
  void closed(Peer& peer, const Ending& ending) override {
    CHECK_FALSE(peer.is_open());
    CHECK_FALSE(peer.send_text("trop tard"));
    CHECK(here.erase(&peer) == 1);
    endings.push_back(ending);
  }
  void not_opened(Peer&, const Ending& ending) override { failures.push_back(ending); }
};

struct Server {
  explicit Server(const Settings& settings = Settings{}) : loop{settings} {
    net::Listener listener(testing::loopback());
    address = listener.address();
    loop.listen(std::move(listener), room);
  }

  template <class Condition>
  void turn_until(Condition condition) {
    const Deadline deadline = Clock::now() + 20s;
    while (!condition() && Clock::now() < deadline)
      REQUIRE(loop.turn(10ms));
    REQUIRE(condition());
  }

  RawPeer join() {
    RawPeer peer(net::Stream::connect(address), Role::client);
    const std::size_t before = room.here.size();
    peer.send(std::string(testing::upgrade) + "\r\n");
    turn_until([&] { return room.here.size() > before; });
    CHECK(peer.receive_head().starts_with("HTTP/1.1 101 "));
    return peer;
  }

  std::string url() const { return "ws://" + address.host_and_port() + "/ici?a=b"; }

  Room room;
  EventLoop loop;
  net::Address address;
};

}  // namespace

TEST_CASE("one frame goes to all who are there, in one write a turn", "[event_loop]") {
  Server server;
  RawPeer one = server.join();
  RawPeer two = server.join();
  const auto frame = PreparedFrame::text("à tous");
  server.room.on_message = [&](Peer&, const Message&) {
    for (Peer* peer : server.room.here)
      peer->send_prepared(frame);
  };
  const std::string ask = one.frame(Opcode::text, "?");
  one.send(ask + ask + ask);
  server.turn_until([&] { return server.room.messages == 3; });
  const std::string expected = one.driver_frame(Opcode::text, "à tous");
  for (RawPeer* peer : {&one, &two}) {
    std::array<std::byte, 1000> buffer;
    CHECK(peer->stream().receive_some(buffer) == 3 * expected.size());
  }
}

TEST_CASE("a receiver that does not read is dropped, and no one else", "[event_loop]") {
  Settings settings;
  settings.send_queue_bytes_max = 100'000;
  settings.timeouts.close = 30ms;
  Server server(settings);
  RawPeer slow = server.join();
  RawPeer quick = server.join();
  std::size_t queued_bytes_max = 0;
  const auto frame = PreparedFrame::binary(testing::bytes_of(testing::pattern(50'000)));
  const std::string expected = quick.driver_frame(Opcode::binary, testing::pattern(50'000));
  while (server.room.endings.empty()) {
    for (Peer* peer : server.room.here) {
      peer->send_prepared(frame);
      queued_bytes_max = std::max(queued_bytes_max, peer->queued_bytes());
    }
    server.loop.turn(0ms);
    if (server.room.here.size() == 2) CHECK((quick.receive(expected.size()) == expected));
  }
  CHECK(queued_bytes_max <= 100'000 + 50'100);
  CHECK(server.room.endings[0].too_slow);
  CHECK(server.room.here.size() == 1);
  (*server.room.here.begin())->send_text("encore là");
  server.loop.turn(0ms);
  std::string last = quick.receive_frame();
  while (last == expected)
    last = quick.receive_frame();
  CHECK(last == quick.driver_frame(Opcode::text, "encore là"));
}

TEST_CASE("a handler may send to, close and hang up on anyone, itself included", "[event_loop]") {
  Server server;
  RawPeer one = server.join();
  Peer* first = *server.room.here.begin();
  RawPeer two = server.join();
  RawPeer three = server.join();
  server.room.on_message = [&](Peer& peer, const Message&) {
    for (Peer* other : server.room.here) {
      if (other == first) other->hang_up();
      other->close(CloseCode::policy_violation, "dehors");
      CHECK_FALSE(other->send_text("trop tard"));
      other->hang_up();
      other->hang_up();
    }
    CHECK_FALSE(peer.is_open());
  };
  two.send(two.frame(Opcode::text, "1") + two.frame(Opcode::text, "2"));
  server.turn_until([&] { return server.room.here.empty(); });
  CHECK(server.room.messages == 1);
  CHECK(server.room.endings.size() == 3);
  CHECK(server.loop.peers() == 0);
  for (RawPeer* peer : {&one, &two, &three})
    CHECK(peer->ended());
}

TEST_CASE("what a handler throws leaves the turn, and costs one peer", "[event_loop]") {
  Server server;
  RawPeer one = server.join();
  RawPeer two = server.join();
  server.room.on_message = [&](Peer&, const Message& message) {
    if (message.bytes == "!") throw std::runtime_error("oh");
  };
  one.send(one.frame(Opcode::text, "!") + one.frame(Opcode::text, "?"));
  bool thrown = false;
  while (!thrown) {
    try {
      server.loop.turn();
    } catch (const std::runtime_error&) {
      thrown = true;
    }
  }
  server.turn_until([&] { return server.room.here.size() == 1; });
  CHECK(one.ended());
  two.send(Opcode::text, "?");
  server.turn_until([&] { return server.room.messages == 2; });
}

TEST_CASE("one loop plays both roles, several servers and clients", "[event_loop]") {
  Server server;
  net::Listener another(testing::loopback());
  const std::string other_url = "ws://" + another.address().host_and_port();
  server.loop.listen(std::move(another), server.room);
  std::string path;
  server.room.on_opened = [&](Peer& peer) { path += std::string(peer.path()) + " "; };
  server.room.on_message = [](Peer& peer, const Message& message) {
    peer.send_text(message.bytes);
  };
  Room clients;
  int number = 0;
  clients.on_opened = [&](Peer& peer) {
    peer.user = &number;
    peer.send_text("bonjour");
  };
  clients.on_message = [&](Peer& peer, const Message& message) {
    CHECK(message.bytes == "bonjour");
    ++*static_cast<int*>(peer.user);
    peer.close();
  };
  server.loop.connect(server.url(), clients);
  server.loop.connect(other_url, clients);
  server.turn_until([&] { return clients.endings.size() == 2 && server.room.endings.size() == 2; });
  CHECK(number == 2);
  CHECK(clients.endings[0].code == CloseCode::normal);
  CHECK((path == "/ici?a=b / " || path == "/ /ici?a=b "));
}

TEST_CASE("each address of a name is tried, and nobody there is told", "[event_loop]") {
  Server server;
  Room clients;
  websocket::Url url{.host = "localhost", .port = server.address.port()};  // ::1 comes first, often
  server.loop.connect(url, clients);
  server.turn_until([&] { return clients.here.size() == 1; });
  url.port = [] { return net::Listener(testing::loopback()).address().port(); }();
  server.loop.connect(url, clients);
  server.turn_until([&] { return clients.failures.size() == 1; });
  CHECK(clients.failures[0].error == std::errc::connection_refused);
  CHECK_THROWS_AS(server.loop.connect("http://localhost", clients), std::invalid_argument);
  CHECK_THROWS_AS(server.loop.connect("wss://localhost", clients), std::invalid_argument);
}

TEST_CASE("when it stops, the open are told and the others are not waited for", "[event_loop]") {
  Server server;
  RawPeer one = server.join();
  RawPeer silent(net::Stream::connect(server.address), Role::client);
  server.turn_until([&] { return server.loop.peers() == 2; });
  server.loop.stop();
  server.loop.turn(0ms);
  CHECK(one.receive_frame() == one.driver_frame(Opcode::close, close_payload(1001)));
  CHECK(silent.ended());
  one.send(Opcode::close, close_payload(1001));
  one.stream().close();
  server.loop.run();
  CHECK(server.loop.peers() == 0);
  CHECK(server.room.endings.at(0).code == CloseCode::going_away);
  CHECK(server.room.failures.at(0).rule == Rule::handshake_cut);
}

TEST_CASE("an idle peer is small", "[event_loop]") {
  CHECK(sizeof(Peer) <= 480);  // with what else is kept of it, 512
}

TEST_CASE("it runs no longer than there is something to wait for", "[event_loop]") {
  EventLoop loop{Settings{}};
  CHECK_FALSE(loop.turn());
  loop.run();
}

TEST_CASE("without a descriptor left, those who come are told so, and it goes on", "[event_loop]") {
  Server server;
  RawPeer one = server.join();
  std::vector<net::Socket> waiting;
  for (int i = 0; i < 3; ++i)
    waiting.push_back(net::Socket::open(AF_INET, SOCK_STREAM));
  rlimit usual{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &usual) == 0);
  const rlimit few{64, usual.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
  std::vector<net::Socket> all;
  for (int fd = ::open("/dev/null", O_RDONLY); fd != -1; fd = ::open("/dev/null", O_RDONLY))
    all.emplace_back(fd);
  REQUIRE(errno == EMFILE);
  for (const net::Socket& socket : waiting)
    REQUIRE(::connect(socket.fd(), server.address.data(), server.address.size()) == 0);
  server.loop.turn(0ms);
  int turns = 0;  // none of them spins on the listener
  for (const Deadline end = Clock::now() + 50ms; Clock::now() < end; ++turns)
    server.loop.turn(50ms);
  CHECK(turns < 5);
  all.clear();
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &usual) == 0);
  for (net::Socket& socket : waiting) {
    RawPeer refused({std::move(socket), server.address}, Role::client);
    CHECK(refused.receive_head().starts_with("HTTP/1.1 503 "));
  }
  one.send(Opcode::text, "toujours là");
  server.turn_until([&] { return server.room.messages == 1; });
  server.join();
}

TEST_CASE("a broadcast of many frames to one who does not read costs no more each",
          "[event_loop]") {
  Settings settings;
  settings.send_queue_bytes_max = 300'000;
  settings.timeouts.close = 30ms;
  Server server(settings);
  RawPeer slow = server.join();
  const auto frame = PreparedFrame::text("x");
  Peer* peer = *server.room.here.begin();
  int sent = 0;
  while (peer->send_prepared(frame))
    ++sent;
  CHECK(sent > 100'000);
  server.turn_until([&] { return server.room.endings.size() == 1; });
  CHECK(server.room.endings[0].too_slow);
}
