// Lesson 13's room, with poll and with epoll, where a transcript cannot go: clients that do not
// read, a system that has no descriptor left, and the end of it all.
#include <poll.h>

#include <deque>

#include "lessons/started_program.hpp"
#include "net/stream.hpp"

using namespace prise;
using namespace prise::testing;

namespace {

const Row poll_room{.program = "13_event_loop/server", .role = Role::tcp_server, .serves_on = true};
const Row epoll_room{.program = "13_event_loop/server",
                     .role = Role::tcp_server,
                     .arguments = {"--epoll"},
                     .serves_on = true};

struct Room {
  explicit Room(const Command& command) : server(command), port(port_said_by(server)) {}

  net::Stream join() {
    net::Stream client = net::Stream::connect(net::Address::ipv4("127.0.0.1", port));
    sockaddr_storage own{};
    socklen_t bytes = sizeof own;
    REQUIRE(::getsockname(client.fd(), reinterpret_cast<sockaddr*>(&own), &bytes) == 0);
    const net::Address address(reinterpret_cast<sockaddr*>(&own), bytes);
    REQUIRE(server.wait_for("Nouvelle connexion : " + address.text() + "\n", within(patience)));
    return client;
  }

  Process server;
  std::uint16_t port;
};

std::string heard_by(net::Stream& client) {
  pollfd watched{client.fd(), POLLIN, 0};
  REQUIRE(::poll(&watched, 1, 20'000) == 1);
  return client.receive_some(1024);
}

}  // namespace

TEST_CASE("who does not read is dropped, and the others lose nothing", "[event_loop]") {
  for (const Row& row : {poll_room, epoll_room}) {
    Room room(command_of(row, {"--port", "0"}));
    net::Stream speaker = room.join();
    net::Stream stalled = room.join();
    net::Stream listener = room.join();
    const std::string message(1024, 'x');
    int spoken = 0;
    // What a kernel keeps for one connection is at most some megabytes.
    while (room.server.output().find("Trop lent") == std::string::npos && spoken < 20'000) {
      speaker.send_all(message);
      for (std::size_t heard = 0; heard < message.size();)
        heard += heard_by(listener).size();
      room.server.read_more(within(Seconds(0)));
      ++spoken;
    }
    CHECK(room.server.wait_for("Trop lent : ", within(patience)));
    CHECK(room.server.wait_for("Connexion fermée : ", within(patience)));
    speaker.send_all("Et maintenant ?");
    CHECK(heard_by(listener) == "Et maintenant ?");
    check_killable(room.server);
  }
}

TEST_CASE("without a descriptor left the server refuses, sleeps, and goes on", "[event_loop]") {
  for (const std::string option : {"", " --epoll"}) {
    const Command server = command_of(poll_room, {});
    Command limited;
    limited.program = "/bin/sh";
    limited.arguments = {"-c",
                         "ulimit -n 16; exec '" + server.program.string() + "' --port 0" + option};
    limited.environment = server.environment;
    Room room(limited);
    std::deque<net::Stream> clients;
    std::string answer;
    while (answer.empty() && clients.size() < 20) {
      clients.push_back(net::Stream::connect(net::Address::ipv4("127.0.0.1", room.port)));
      pollfd watched{clients.back().fd(), POLLIN, 0};
      const std::size_t welcomed = clients.size();
      const auto welcomes = [&] {
        const std::string& output = room.server.output();
        std::size_t count = 0;
        for (std::size_t at = 0; (at = output.find("Nouvelle", at)) != std::string::npos; ++at)
          ++count;
        return count;
      };
      const Deadline deadline = within(patience);
      while (welcomes() < welcomed && ::poll(&watched, 1, 0) == 0 && Clock::now() < deadline)
        room.server.read_more(within(Seconds(0.01)));
      if (welcomes() < welcomed) answer = clients.back().receive_some(1024);
    }
    CHECK(answer == "Le serveur est complet.");
    // It is not told of this again and again: who leaves makes room, and is seen to.
    clients.pop_back();
    clients.pop_back();
    CHECK(room.server.wait_for("Connexion fermée : ", within(patience)));
    room.join();
    check_killable(room.server);
  }
}

TEST_CASE("Ctrl-C tells everyone, and ends", "[event_loop]") {
  for (const Row& row : {poll_room, epoll_room}) {
    Room room(command_of(row, {"--port", "0"}));
    net::Stream first = room.join();
    net::Stream second = room.join();
    room.server.send_signal(SIGINT);
    for (net::Stream* client : {&first, &second})
      CHECK(client->receive_all(1024) == "Le serveur s'arrête.");
    CHECK(room.server.wait_for("Chat terminé.\n", within(patience)));
    const auto ending = room.server.wait(within(patience));
    REQUIRE(ending.has_value());
    CHECK(ending->clean());
  }
}
