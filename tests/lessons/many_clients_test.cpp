// The servers of a thread a client, lessons 11 and 12, on the days when there are too many, or one
// that does not read.
#include <poll.h>
#include <sys/socket.h>

#include <future>
#include <thread>

#include "lessons/started_program.hpp"
#include "net/stream.hpp"

using namespace prise;
using namespace prise::testing;

namespace {

const Row threaded{.program = "11_threaded_server/server", .role = Role::tcp_server};
const Row room{.program = "12_chat_room/server", .role = Role::tcp_server};

net::Stream connect_to(std::uint16_t port) {
  return net::Stream::connect(net::Address::ipv4("127.0.0.1", port));
}

bool can_be_read(const net::Stream& stream) {
  pollfd watched{stream.fd(), POLLIN, 0};
  return ::poll(&watched, 1, 20'000) == 1;
}

// What one recv gives; empty at the end of the stream.
std::string heard(net::Stream& stream) {
  REQUIRE(can_be_read(stream));
  return stream.receive_some(1024);
}

std::size_t count_in(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

// Ends the calls in which threads wait, however the test ends; declared after the threads.
struct WakesThreads {
  net::Stream& one;
  net::Stream& other;
  ~WakesThreads() {
    ::shutdown(one.fd(), SHUT_RDWR);
    ::shutdown(other.fd(), SHUT_RDWR);
  }
};

// As many descriptors as the shell says, and no more.
Command with_few_descriptors(const Row& row) {
  Command command = command_of(row, {});
  const std::string program = command.program.string();
  command.program = "/bin/sh";
  command.arguments = {"-c", "ulimit -n 14 && exec \"$0\" --port 0", program};
  return command;
}

}  // namespace

TEST_CASE("Ctrl-C ends a server whose clients say nothing, and each is told the end",
          "[many_clients]") {
  for (const Row& row : {threaded, room}) {
    INFO(row.program);
    Process server(command_of(row, {"--port", "0"}));
    const std::uint16_t port = port_said_by(server);
    std::vector<net::Stream> clients;
    for (int i = 0; i < 5; ++i)
      clients.push_back(connect_to(port));
    const Deadline deadline = within(patience);
    while (count_in(server.output(), "onnexion ") < 5)
      REQUIRE(server.read_more(deadline));
    server.send_signal(SIGINT);
    const auto ending = server.wait(within(patience));
    REQUIRE(ending.has_value());
    CHECK(ending->clean());
    CHECK(count_in(server.output(), "Connexion fermée ") == 5);
    CHECK(server.output().ends_with("arrêté.\n"));
    for (net::Stream& client : clients) {
      std::string last = heard(client);
      if (last == "Bienvenue sur le serveur!") last = heard(client);
      CHECK(last.empty());
    }
  }
}

TEST_CASE("a server without a descriptor left goes on with those who are here", "[many_clients]") {
  Process server(with_few_descriptors(threaded));
  const std::uint16_t port = port_said_by(server);
  net::Stream first = connect_to(port);
  CHECK(heard(first) == "Bienvenue sur le serveur!");
  std::vector<net::Stream> others;
  for (int i = 0; i < 14; ++i)
    others.push_back(connect_to(port));
  REQUIRE(server.wait_for("Erreur : accept : trop de descripteurs ouverts", within(patience)));
  first.send_all("Bonjour");
  CHECK(heard(first) == "Message reçu");
  // Whoever waits is served once the others have left.
  net::Stream last = std::move(others.back());
  others.clear();
  CHECK(heard(last) == "Bienvenue sur le serveur!");
  // It did not ask over and over.
  CHECK(count_in(server.output(), "Erreur : ") < 100);
  check_killable(server);
}

TEST_CASE("the room without a descriptor left goes on with those who are here", "[many_clients]") {
  Process server(with_few_descriptors(room));
  const std::uint16_t port = port_said_by(server);
  net::Stream first = connect_to(port);
  first.send_all("un");
  REQUIRE(server.wait_for(") : un\n", within(patience)));
  std::vector<net::Stream> others;
  for (int i = 0; i < 14; ++i)
    others.push_back(connect_to(port));
  REQUIRE(server.wait_for("Erreur : accept : trop de descripteurs ouverts", within(patience)));
  first.send_all("deux");
  REQUIRE(server.wait_for(") : deux\n", within(patience)));
  others.erase(others.begin(), others.end() - 1);
  others.back().send_all("trois");
  CHECK(heard(first) == "trois");
  CHECK(count_in(server.output(), "Erreur : ") < 100);
  check_killable(server);
}

TEST_CASE("who does not read is put out of the room, and the others lose nothing",
          "[many_clients]") {
  Command command = command_of(room, {"--port", "0"});
  command.output_bytes_max = 64 << 20;
  Process server(command);
  const std::uint16_t port = port_said_by(server);
  net::Stream asleep = connect_to(port);
  net::Stream listener = connect_to(port);
  listener.send_all("J'écoute");
  REQUIRE(server.wait_for(") : J'écoute\n", within(patience)));
  asleep.send_all("Je dors");
  REQUIRE(server.wait_for(") : Je dors\n", within(patience)));
  net::Stream speaker = connect_to(port);

  constexpr std::size_t sent_bytes = 12 << 20;  // more than the system keeps for one connection
  auto heard_bytes = std::async(std::launch::async, [&listener] {
    std::size_t bytes = 0;
    while (bytes < sent_bytes + std::string("Je dors").size()) {
      const std::size_t some = listener.receive_some(65536).size();
      if (some == 0) break;
      bytes += some;
    }
    return bytes;
  });
  std::jthread sender([&speaker] {
    try {
      speaker.send_all(std::string(sent_bytes, 'x'));
    } catch (const std::system_error&) {
    }
  });
  const WakesThreads end{listener, speaker};
  const Deadline deadline = within(3 * patience);
  while (heard_bytes.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
    server.read_more(within(Seconds(0.05)));  // else it would wait for us, and not for the sleeper
    REQUIRE(Clock::now() < deadline);
  }
  CHECK(heard_bytes.get() == sent_bytes + std::string("Je dors").size());
  sender.join();
  CHECK(server.wait_for("Connexion fermée : ", within(patience)));
  check_killable(server);
}
