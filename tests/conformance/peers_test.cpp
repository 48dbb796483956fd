// Whole runs in both roles: lesson 17's echoes have no deviation at all, and those of the peers
// that are not ours are the ones that peers.md lists. That is how the harness itself is checked.
#include <fstream>
#include <sstream>

#include "conformance/report.hpp"
#include "conformance/run.hpp"
#include "support/catch.hpp"

using namespace prise::conformance;
using prise::testing::Command;
using prise::testing::Process;
using prise::testing::within;

namespace {

const std::string peers = std::string(PRISE_SOURCE_DIR) + "/tests/conformance/peers";

// What a run of a few seconds leaves out of sections 9, 12 and 13.
struct Extent {
  std::vector<std::string> patterns, excluded;
  std::size_t rounds;
};
const std::vector<std::string> left_out{"9.[12].[45]", "9.[34].[3-8]", "9.[56].[2-5]", "12.?.[2-9]",
                                        "13.?.[2-9]",  "12.?.1[1-7]",  "13.?.1[1-7]"};
const Extent quick{{}, left_out, 10};
// Sixty thousand fragments, sixteen thousand chops: many seconds of Python.
const Extent quick_of_python{
    {"[1-7].*", "9.[12].*", "9.[3-6].[69]", "9.[78].*", "1[023].*", "P.*"}, left_out, 10};
const Extent whole{{}, {}, 1000};
const Extent whole_of_peers{{}, {}, 50};  // a thousand take them many minutes

// "| 4.1.3 | server, client | NON-STRICT | why |" below "## NAME".
Deviations deviations_of(const std::string& peer, const std::string& role) {
  std::ifstream file(std::string(PRISE_SOURCE_DIR) + "/tests/conformance/peers.md");
  REQUIRE(file);
  Deviations deviations;
  bool here = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("## ")) here = line.starts_with("## " + peer);
    std::vector<std::string> cells;
    std::istringstream row(line);
    for (std::string cell; std::getline(row, cell, '|');)
      cells.push_back(cell);
    if (!here || cells.size() < 5 || cells[2].find(role) == std::string::npos) continue;
    std::istringstream numbers(cells[1]), words(cells[3]);
    std::vector<Verdict> verdicts;
    for (std::string word; words >> word;)
      if (const auto verdict = verdict_of(word)) verdicts.push_back(*verdict);
    for (std::string number; numbers >> number;)
      deviations[number] = verdicts;
  }
  return deviations;
}

// Both ways: what differs from the list, and what is listed, was run, and does not deviate.
void holds(const std::vector<Result>& results, const Deviations& deviations) {
  CHECK(surprises(results, deviations) == std::vector<std::string>{});
}

RunOptions options_for(const Extent& extent, unsigned jobs) {
  RunOptions options;
  options.settings = {10, extent.rounds};
  options.jobs = jobs;
  return options;
}

void try_server(const Command& command, const Extent& extent, unsigned jobs,
                const Deviations& deviations) {
  Process server(command);
  const std::string announced = "Port : ";
  REQUIRE(server.wait_for(announced, within(Seconds(30))));
  REQUIRE(server.wait_for("\n", within(Seconds(30))));
  const auto port =
      static_cast<std::uint16_t>(std::stoul(server.output().substr(announced.size())));
  holds(test_server({"127.0.0.1", port},
                    selected(all_cases(Tested::server), extent.patterns, extent.excluded),
                    options_for(extent, jobs)),
        deviations);
  CHECK_FALSE(server.wait(within(Seconds(0))));  // it runs on
}

void try_client(const std::vector<std::string>& command, const Extent& extent, unsigned jobs,
                const Deviations& deviations) {
  prise::net::Listener listener(prise::net::Address::ipv4("127.0.0.1", 0));
  const Cases cases = selected(all_cases(Tested::client), extent.patterns, extent.excluded);
  holds(test_client(listener, {command, 120}, cases, options_for(extent, jobs)), deviations);
}

const std::string echoes = PRISE_ECHOES;
const std::string drivers_echoes = PRISE_DRIVERS_ECHOES;
const std::string coroutines = PRISE_COROUTINES;  // lesson 18's folder
const std::string python = PRISE_PYTHON;

Command node_server() {
  Command command{"node", {peers + "/ws_server.mjs"}};
  command.environment["PRISE_NODE_MODULES"] = PRISE_NODE_MODULES;
  return command;
}

std::vector<std::string> node_client() {
  return {"env", "PRISE_NODE_MODULES=" PRISE_NODE_MODULES, "node", peers + "/ws_client.mjs",
          "{all}"};
}

}  // namespace

TEST_CASE("echo_server has no deviation", "[quick][ours]") {
  try_server({echoes + "/echo_server", {"--port", "0"}}, quick, 4, {});
}

TEST_CASE("echo_client has no deviation", "[quick][ours]") {
  try_client({echoes + "/echo_client", "{}"}, quick, 4, {});
}

TEST_CASE("event-loop echo server has no deviation", "[quick][ours]") {
  try_server({drivers_echoes + "/event_loop_echo", {"--port", "0", "--deflate"}}, quick, 4, {});
}

TEST_CASE("event-loop echo client has no deviation", "[quick][ours]") {
  try_client({drivers_echoes + "/event_loop_echo_client", "{}"}, quick, 4, {});
}

TEST_CASE("lesson 18's echo_server has no deviation", "[quick][ours]") {
  try_server({coroutines + "/echo_server", {"--port", "0"}}, quick, 4, {});
}

TEST_CASE("asio echo client has no deviation", "[quick][ours]") {
  try_client({drivers_echoes + "/asio_echo_client", "{}"}, quick, 4, {});
}

TEST_CASE("python3-websockets as server deviates as peers.md says", "[.][long][python]") {
  try_server({python, {peers + "/python_server.py"}}, quick_of_python, 4,
             deviations_of("python3-websockets", "server"));
}

TEST_CASE("python3-websockets as client deviates as peers.md says", "[.][long][python]") {
  try_client({python, peers + "/python_client.py", "{all}"}, quick_of_python, 4,
             deviations_of("python3-websockets", "client"));
}

TEST_CASE("npm ws as server deviates as peers.md says", "[.][long][npm]") {
  try_server(node_server(), quick, 4, deviations_of("npm ws", "server"));
}

TEST_CASE("npm ws as client deviates as peers.md says", "[.][long][npm]") {
  try_client(node_client(), quick, 4, deviations_of("npm ws", "client"));
}

TEST_CASE("echo_server has no deviation, all cases whole", "[.][long][ours]") {
  try_server({echoes + "/echo_server", {"--port", "0"}}, whole, 4, {});
}

TEST_CASE("lesson 18's echo_server has no deviation, all cases whole", "[.][long][ours]") {
  try_server({coroutines + "/echo_server", {"--port", "0"}}, whole, 4, {});
}

TEST_CASE("asio echo client has no deviation, all cases whole", "[.][long][ours]") {
  try_client({drivers_echoes + "/asio_echo_client", "{}"}, whole, 4, {});
}

TEST_CASE("echo_client has no deviation, all cases whole", "[.][long][ours]") {
  try_client({echoes + "/echo_client", "{}"}, whole, 4, {});
}

TEST_CASE("event-loop echoes have no deviation, all cases whole", "[.][long][ours]") {
  try_server({drivers_echoes + "/event_loop_echo", {"--port", "0", "--deflate"}}, whole, 4, {});
  try_client({drivers_echoes + "/event_loop_echo_client", "{}"}, whole, 4, {});
}

TEST_CASE("python3-websockets deviates as peers.md says, all cases", "[.][long][python]") {
  try_server({python, {peers + "/python_server.py"}}, whole_of_peers, 4,
             deviations_of("python3-websockets", "server"));
  try_client({python, peers + "/python_client.py", "{all}"}, whole_of_peers, 4,
             deviations_of("python3-websockets", "client"));
}

TEST_CASE("npm ws deviates as peers.md says, all cases", "[.][long][npm]") {
  try_server(node_server(), whole_of_peers, 4, deviations_of("npm ws", "server"));
  try_client(node_client(), whole_of_peers, 4, deviations_of("npm ws", "client"));
}
