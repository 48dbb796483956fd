// What goes through a program's standard streams is tried on a program of ours, from outside.
#include "console.hpp"

#include <csignal>
#include <sstream>

#include "support/catch.hpp"
#include "support/process.hpp"

using namespace prise;
using namespace prise::testing;
using namespace std::literals;

namespace {

constexpr Seconds patience(20);

Command console_program(const std::string& role, Stdio stdio = Stdio::pipes) {
  Command command;
  command.program = PRISE_CONSOLE_PROGRAM;
  command.arguments = {role};
  command.stdio = stdio;
  command.environment = {{"TERM", "dumb"}};
  return command;
}

std::string output_of(const std::string& role, std::string_view input) {
  const auto finished = run(console_program(role), patience, input);
  REQUIRE(finished.has_value());
  CHECK(finished->ending.text() == "terminé avec le statut 0");
  return finished->output;
}

struct Address {
  std::string text() const { return "('127.0.0.1', 1)\x1b"; }
};

}  // namespace

TEST_CASE("say and warn escape what comes from outside", "[console]") {
  CHECK(output_of("say", "\x1b[2Jcaf\xe9\n") ==
        "say : \\x1b[2Jcaf\\xe9\\n\nwarn : \\x1b[2Jcaf\\xe9\\n\n");
}

TEST_CASE("numbers, strings and things with a text are shown each in its way", "[console]") {
  CHECK(shown(42) == 42);
  CHECK(shown("a\n"s) == "a\\n");
  CHECK(shown("a\n"sv) == "a\\n");
  CHECK(shown("a\n") == "a\\n");
  CHECK(shown(Address{}) == "('127.0.0.1', 1)\\x1b");
}

TEST_CASE("lines that threads say at once come out whole", "[console]") {
  std::istringstream output(output_of("threads", ""));
  int lines = 0;
  for (std::string line; std::getline(output, line); ++lines)
    REQUIRE(line == std::string(10, line.empty() ? '?' : line[0]));
  CHECK(lines == 20'000);
}

TEST_CASE("ask reads lines from a pipe until its end", "[console]") {
  CHECK(output_of("ask", "un\ndeux\r\n\ntrois") ==
        "Vous : typed : un\nVous : typed : deux\nVous : typed : \nVous : typed : trois\n"
        "Vous : \nChat terminé.\n");
  CHECK(output_of("ask", "") == "Vous : \nChat terminé.\n");
}

TEST_CASE("ask takes a line longer than any buffer of its own", "[console]") {
  const std::string line(100'000, 'x');
  CHECK((output_of("ask", line + "\n") == "Vous : typed : " + line + "\nVous : \nChat terminé.\n"));
}

TEST_CASE("ask ends at Ctrl-D on a terminal", "[console]") {
  Process process(console_program("ask", Stdio::pseudo_terminal));
  REQUIRE(process.wait_for("Vous : ", within(patience)));
  process.type("été\n");
  REQUIRE(process.wait_for("typed : été\nVous : ", within(patience)));
  process.close_input();
  CHECK(process.wait_for("Chat terminé.", within(patience)));
  CHECK(process.wait(within(patience)).value_or(Ending{1, 0}).clean());
}

TEST_CASE("the signals that end a program end ask instead where a CtrlC exists", "[console]") {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    INFO("signal " << signal);
    Process process(console_program("ctrl_c"));
    REQUIRE(process.wait_for("happened : false\nVous : ", within(patience)));
    process.send_signal(signal);
    CHECK(process.wait_for("interrupted true\ninterrupted\n", within(patience)));
    CHECK(process.wait(within(patience)).value_or(Ending{1, 0}).clean());
  }
}

TEST_CASE("Ctrl-C on a terminal ends ask where a CtrlC exists", "[console]") {
  Process process(console_program("ctrl_c", Stdio::pseudo_terminal));
  REQUIRE(process.wait_for("Vous : ", within(patience)));
  process.type("\x03");
  CHECK(process.wait_for("interrupted true\ninterrupted\n", within(patience)));
  CHECK(process.wait(within(patience)).value_or(Ending{1, 0}).clean());
}

TEST_CASE("ask stops when the other descriptor becomes readable", "[console]") {
  Process process(console_program("other"));
  REQUIRE(process.wait_for("first ? ", within(patience)));
  process.type("one\n");
  REQUIRE(process.wait_for("line\nsecond ? \nreadable\nthird ? ", within(patience)));
  process.type("three\n");
  CHECK(process.wait_for("line three\n", within(patience)));
  CHECK(process.wait(within(patience)).value_or(Ending{1, 0}).clean());
}

TEST_CASE("a line that was typed counts before the other descriptor", "[console]") {
  Process process(console_program("other"));
  process.type("one\ntwo\n");
  CHECK(process.wait_for("first ? line\nsecond ? line\nthird ? ", within(patience)));
}
