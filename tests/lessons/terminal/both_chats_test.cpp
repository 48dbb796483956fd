// How the chats of lessons 09 and 10 end: whoever leaves, however, and whatever the program was
// doing.
#include <csignal>
#include <functional>

#include "chat.hpp"
#include "support/catch.hpp"

using namespace prise;
using namespace prise::testing;

namespace {

struct Departure {
  std::string name;
  std::function<void(net::Stream&)> leave;
};

const std::vector<Departure>& departures() {
  static const std::vector<Departure> all{
      {"quit", [](net::Stream& peer) { peer.send_all("quit"); }},
      {"QUIT", [](net::Stream& peer) { peer.send_all("QUIT"); }},
      {"close", [](net::Stream& peer) { peer.close(); }},
      {"half-close", [](net::Stream& peer) { peer.shutdown_sending(); }},
      {"reset", [](net::Stream& peer) { reset(peer); }},
      {"quit and close", [](net::Stream& peer) {
         peer.send_all("quit");
         peer.close();
       }}};
  return all;
}

std::string name_of(const Side& side) {
  return side.lesson + (side.role == Role::server ? " server" : " client");
}

}  // namespace

TEST_CASE("quit typed on a terminal is sent and ends the program", "[lesson09][lesson10]") {
  for (const Side& side : sides()) {
    for (const std::string word : {"quit", "QuIt"}) {
      CAPTURE(name_of(side), word);
      TerminalChat chat(side);
      chat.reach_prompt();
      chat.terminal().type(word);
      chat.terminal().press("Enter");
      CHECK(hear_all(*chat.peer) == "quit");
      chat.expect_end(word + "\nChat terminé.");
    }
  }
}

TEST_CASE("Ctrl-D and Ctrl-C at the prompt end the program as quit does", "[lesson09][lesson10]") {
  for (const Side& side : sides()) {
    for (const std::string key : {"C-d", "C-c"}) {
      CAPTURE(name_of(side), key);
      TerminalChat chat(side);
      chat.reach_prompt();
      chat.terminal().press(key);
      CHECK(hear_all(*chat.peer) == "quit");
      chat.expect_end("\nChat terminé.");
      CHECK(chat.terminal().screen().find(side.peer_left) == std::string::npos);
    }
  }
}

TEST_CASE("Ctrl-C in the middle of a line ends the program", "[lesson09][lesson10]") {
  for (const Side& side : sides()) {
    CAPTURE(name_of(side));
    TerminalChat chat(side);
    chat.reach_prompt();
    chat.terminal().type("Je voulais di");
    REQUIRE(chat.terminal().ends_with("Je voulais di"));
    chat.terminal().press("C-c");
    CHECK(hear_all(*chat.peer) == "quit");
    chat.expect_end("\nChat terminé.");
  }
}

TEST_CASE("Ctrl-C while the peer is awaited ends the program", "[lesson09][lesson10]") {
  for (const Side& side : sides()) {
    CAPTURE(name_of(side));
    TerminalChat chat(side);
    chat.reach_waiting();
    chat.terminal().press("C-c");
    CHECK(hear_all(*chat.peer) == "quit");
    chat.expect_end("\nChat terminé.");
  }
}

TEST_CASE("Ctrl-C while a client is awaited ends the server", "[lesson09][lesson10]") {
  for (const Side& side : sides()) {
    if (side.role == Role::client) continue;
    CAPTURE(name_of(side));
    Terminal terminal({side.program(), "--port", "0"});
    REQUIRE(terminal.shows("En attente d'un client..."));
    terminal.press("C-c");
    CHECK(terminal.status() == 0);
    CHECK(terminal.screen().ends_with("\nChat terminé."));
    CHECK(terminal.is_as_before());
  }
}

TEST_CASE("a peer that leaves ends a program that waits for it", "[lesson09][lesson10]") {
  for (const Side& side : sides()) {
    for (const Departure& departure : departures()) {
      CAPTURE(name_of(side), departure.name);
      TerminalChat chat(side);
      chat.reach_waiting();
      departure.leave(*chat.peer);
      chat.expect_end("\n" + side.peer_left + "\nChat terminé.");
    }
  }
}

TEST_CASE("a peer that leaves ends a program whose user is typing", "[lesson09][lesson10]") {
  for (const Side& side : sides()) {
    for (const Departure& departure : departures()) {
      CAPTURE(name_of(side), departure.name);
      TerminalChat chat(side);
      chat.reach_prompt();
      chat.terminal().type("à moitié écr");
      REQUIRE(chat.terminal().ends_with("à moitié écr"));
      departure.leave(*chat.peer);
      // Lesson 10 says who left above the line that is being typed; lesson 09 below it.
      chat.expect_end("\nChat terminé.");
      const std::string screen = chat.terminal().screen();
      CHECK(screen.find("\n" + side.peer_left + "\n") != std::string::npos);
      CHECK(screen.find("à moitié écr\n") != std::string::npos);
    }
  }
}

TEST_CASE("kill -9 of the peer ends the program", "[lesson09][lesson10]") {
  for (const std::size_t first : {0U, 2U}) {  // a server and the client that follows it in the list
    const Side server = sides()[first], client = sides()[first + 1];
    const Deadline deadline = within(Seconds(20));

    SECTION("the client's, " + server.lesson) {
      Terminal terminal({server.program(), "--port", "0"});
      REQUIRE(terminal.shows("En attente d'un client..."));
      const std::string screen = terminal.screen();
      Process peer({client.program(), {"--port", screen.substr(7, screen.find('\n') - 7)}});
      REQUIRE(peer.wait_for("pour quitter)\n", deadline));
      peer.type("Bonjour\n");
      REQUIRE(terminal.shows("Client : Bonjour"));
      peer.send_signal(SIGKILL);
      CHECK(terminal.status() == 0);
      CHECK(terminal.screen().ends_with("\n" + server.peer_left + "\nChat terminé."));
      CHECK(terminal.is_as_before());
    }
    SECTION("the server's, " + server.lesson) {
      Process peer({server.program(), {"--port", "0"}});
      REQUIRE(peer.wait_for("client...\n", deadline));
      const std::string& output = peer.output();
      Terminal terminal({client.program(), "--port", output.substr(7, output.find('\n') - 7)});
      REQUIRE(terminal.shows("pour quitter)"));
      REQUIRE(terminal.edits());
      terminal.type("Bonjour");
      REQUIRE(terminal.ends_with("Bonjour"));
      peer.send_signal(SIGKILL);
      CHECK(terminal.status() == 0);
      CHECK(terminal.screen().find("\n" + client.peer_left + "\n") != std::string::npos);
      CHECK(terminal.screen().ends_with("\nChat terminé."));
      CHECK(terminal.is_as_before());
    }
  }
}

TEST_CASE("without a terminal, quit and the end of input end the program", "[lesson09][lesson10]") {
  for (const Side& side : sides()) {
    for (const bool with_quit : {true, false}) {
      CAPTURE(name_of(side), with_quit);
      PipeChat chat(side);
      if (side.takes_turns() && side.role == Role::server) chat.peer->send_all("Bonjour");
      if (with_quit)
        chat.process->type("quit\n");
      else
        chat.process->close_input();
      CHECK(hear_all(*chat.peer) == "quit");
      chat.expect_end("Chat terminé.\n");
      CHECK(chat.process->output().find(side.peer_left) == std::string::npos);
    }
  }
}

TEST_CASE("without a terminal, a signal ends the program as quit does", "[lesson09][lesson10]") {
  for (const Side& side : sides()) {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
      CAPTURE(name_of(side), signal);
      PipeChat chat(side);
      chat.process->send_signal(signal);
      CHECK(hear_all(*chat.peer) == "quit");
      chat.expect_end("\nChat terminé.\n");
    }
  }
}

TEST_CASE("without a terminal, a peer that leaves ends the program", "[lesson09][lesson10]") {
  for (const Side& side : sides()) {
    for (const Departure& departure : departures()) {
      CAPTURE(name_of(side), departure.name);
      PipeChat chat(side);
      departure.leave(*chat.peer);
      chat.expect_end("\n" + side.peer_left + "\nChat terminé.\n");
    }
  }
}
