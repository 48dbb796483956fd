#include "support/process.hpp"

#include <csignal>
#include <sstream>

#include "support/catch.hpp"
#include "support/loopback.hpp"

using namespace prise::testing;

namespace {

constexpr Seconds patience(20);

Command shell(const std::string& script, Stdio stdio = Stdio::pipes) {
  Command command;
  command.program = "sh";
  command.arguments = {"-c", script};
  command.stdio = stdio;
  return command;
}

Finished finished(const Command& command, std::string_view input = {}) {
  auto result = run(command, patience, input);
  REQUIRE(result.has_value());
  return *result;
}

// A zombie that nobody has waited for yet is no longer running either.
bool is_running(pid_t pid) {
  const auto state = run(shell("ps -o stat= -p " + std::to_string(pid)), patience);
  return state && !state->output.empty() && state->output[0] != 'Z';
}

}  // namespace

TEST_CASE("run gives both outputs and the status", "[support][process]") {
  const Finished result = finished(shell("echo out; echo err >&2; exit 3"));
  CHECK(result.output == "out\nerr\n");
  CHECK(result.ending.status == 3);
  CHECK(result.ending.text() == "terminé avec le statut 3");
  CHECK_FALSE(result.ending.clean());
}

TEST_CASE("a program killed by a signal is told from one that fails", "[support][process]") {
  const Ending ending = finished(shell("kill -SEGV $$")).ending;
  CHECK(ending.signal == SIGSEGV);
  CHECK(ending.text() == "tué par le signal 11 (SIGSEGV)");
  CHECK_FALSE(ending.clean());
}

TEST_CASE("run kills what does not end in time", "[support][process]") {
  const auto begin = Clock::now();
  CHECK_FALSE(run(shell("exec sleep 1000"), Seconds(0.1)).has_value());
  CHECK(Clock::now() - begin < std::chrono::seconds(20));
}

TEST_CASE("input goes in, then its end", "[support][process]") {
  CHECK(finished(shell("cat"), "Salut !\n").output == "Salut !\n");
  CHECK(finished(shell("cat >/dev/null; echo end"), pattern(1 << 20)).output == "end\n");
}

TEST_CASE("a program that does not read its input does not stop us", "[support][process]") {
  CHECK(finished(shell("exit 0"), pattern(1 << 20)).ending.clean());
}

TEST_CASE("output larger than a pipe is read whole, up to the limit", "[support][process]") {
  Command command = shell("head -c 3000000 /dev/zero | tr '\\0' x");
  CHECK(finished(command).output.size() == 3'000'000);
  command.output_bytes_max = 1000;
  Process process(command);
  CHECK(process.wait(within(patience)).has_value());
  CHECK(process.too_much_output());
  CHECK(process.output() == std::string(1000, 'x'));
}

TEST_CASE("environment and folder are those asked for", "[support][process]") {
  Command command = shell("echo \"$PRISE_TEST\"; pwd");
  command.environment = {{"PRISE_TEST", "é è"}};
  command.folder = "/";
  CHECK(finished(command).output == "é è\n/\n");
}

TEST_CASE("a program that does not exist ends with status 127", "[support][process]") {
  Command command;
  command.program = "/nulle/part";
  CHECK(finished(command).ending.status == 127);
}

TEST_CASE("on a pseudo-terminal a program sees a terminal and its user's keys",
          "[support][process]") {
  CHECK(finished(shell("test -t 0 || echo no")).output == "no\n");
  Process process(shell("test -t 0 && test -t 1 && read line && echo \"<$line>\" && cat; echo end",
                        Stdio::pseudo_terminal));
  process.type("été\n");
  REQUIRE(process.wait_for("<été>\n", within(patience)));
  process.close_input();  // Ctrl-D
  CHECK(process.wait_for("end\n", within(patience)));
  CHECK(process.output().find('\r') == std::string::npos);
}

TEST_CASE("Ctrl-C on a pseudo-terminal reaches the program", "[support][process]") {
  Process process(shell("echo ready; exec sleep 1000", Stdio::pseudo_terminal));
  REQUIRE(process.wait_for("ready\n", within(patience)));
  process.type("\x03");
  CHECK(process.wait(within(patience)).value_or(Ending{}).signal == SIGINT);
}

TEST_CASE("wait_for sees text that comes in pieces, and begins where it is told",
          "[support][process]") {
  Process process(shell("printf Sal; read line; printf 'ut !\\nSalut'; read line"));
  CHECK(process.wait_for("Sal", within(patience)));
  CHECK_FALSE(process.wait_for("Salut", within(Seconds(0.05))));
  process.type("\n");
  CHECK(process.wait_for("Salut !\n", within(patience)));
  CHECK(process.wait_for("Salut", within(patience), 5));
  CHECK_FALSE(process.wait_for("Salut !", within(Seconds(0.05)), 5));
}

TEST_CASE("wait_for gives up as soon as nothing more can come", "[support][process]") {
  Process process(shell("echo bye"));
  const auto begin = Clock::now();
  CHECK_FALSE(process.wait_for("never", within(Seconds(1000))));
  CHECK(Clock::now() - begin < std::chrono::seconds(100));
  CHECK(process.at_end());
}

TEST_CASE("the end of a Process ends all that the program started", "[support][process]") {
  pid_t grandchild = 0;
  pid_t child = 0;
  {
    Process process(shell("sleep 1000 & echo $! $$; wait"));
    REQUIRE(process.wait_for("\n", within(patience)));
    std::istringstream(process.output()) >> grandchild >> child;
    CHECK(is_running(grandchild));
  }
  CHECK_FALSE(is_running(child));
  const Deadline deadline = within(patience);
  while (is_running(grandchild) && Clock::now() < deadline) {
  }
  CHECK_FALSE(is_running(grandchild));
}

TEST_CASE("what a program leaves behind when it ends is ended too", "[support][process]") {
  pid_t grandchild = 0;
  {
    Process process(shell("sleep 1000 >/dev/null 2>&1 & echo $!"));
    REQUIRE(process.wait(within(patience)).has_value());
    grandchild = std::stoi(process.output());
  }
  const Deadline deadline = within(patience);
  while (is_running(grandchild) && Clock::now() < deadline) {
  }
  CHECK_FALSE(is_running(grandchild));
}

TEST_CASE("processes leak no descriptor, whatever becomes of them", "[support][process]") {
  const auto before = open_descriptors();
  for (const Stdio stdio : {Stdio::pipes, Stdio::pseudo_terminal}) {
    Process ended(shell("exit 0", stdio));
    ended.wait(within(patience));
    Process moved(std::move(ended));
    const Process killed(shell("exec sleep 1000", stdio));
  }
  CHECK(open_descriptors() == before);
}

TEST_CASE("a program inherits none of our descriptors", "[support][process]") {
  const Command count = shell("ls /proc/self/fd | wc -l");
  const std::string alone = finished(count).output;
  const Connection both = connected();
  const Process piped(shell("exec sleep 1000"));
  const Process on_terminal(shell("exec sleep 1000", Stdio::pseudo_terminal));
  CHECK(finished(count).output == alone);
}

TEST_CASE("SIGPIPE kills a program that we run as it would in a shell", "[support][process]") {
  CHECK(finished(shell("kill -PIPE $$; echo still here")).ending.signal == SIGPIPE);
}
