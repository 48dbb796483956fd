// The conformance run as a command; README.md shows how it is used.
#include <fmt/core.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <thread>

#include "conformance/report.hpp"
#include "conformance/run.hpp"

namespace {

using namespace prise::conformance;

struct Arguments {
  std::vector<std::string> patterns, excluded;
  std::string json_file, expect_file, url;
  ClientRun client;
  std::uint16_t port = 0;
  RunOptions run;
  bool only_deviations = false;
};

void add_common(CLI::App& app, Arguments& arguments) {
  app.add_option("--cases", arguments.patterns, "which: '1.*', 12.1.3 … (all of them otherwise)");
  app.add_option("--exclude", arguments.excluded, "which not");
  app.add_option("--jobs", arguments.run.jobs, "how many at once")->capture_default_str();
  app.add_option("--rounds", arguments.run.settings.rounds,
                 "round trips of the cases that make a thousand")
      ->capture_default_str();
  app.add_option("--patience", arguments.run.settings.patience,
                 "seconds until a peer that does nothing has failed")
      ->capture_default_str();
  app.add_option("--json", arguments.json_file, "write the results there");
  app.add_option("--expect", arguments.expect_file, "the deviations that are known");
  app.add_flag("--deviations", arguments.only_deviations, "print no line for what is OK");
}

Cases chosen(const Arguments& arguments, Tested tested) {
  return selected(all_cases(tested), arguments.patterns, arguments.excluded);
}

std::vector<Result> run_client(const Arguments& arguments) {
  prise::net::Listener listener(prise::net::Address::ipv4("127.0.0.1", arguments.port));
  fmt::print("Listening at ws://{}\n", listener.address().host_and_port());
  std::fflush(stdout);
  return test_client(listener, arguments.client, chosen(arguments, Tested::client), arguments.run);
}

int report(const Arguments& arguments, const std::vector<Result>& results) {
  fmt::print("\n{}", table_of(results));
  if (!arguments.json_file.empty()) std::ofstream(arguments.json_file) << json_of(results);
  Deviations known;
  if (!arguments.expect_file.empty()) known = deviations_in(arguments.expect_file);
  const auto lines = surprises(results, known);
  if (!lines.empty()) fmt::print("\nNot as expected:\n");
  for (const std::string& line : lines)
    fmt::print("{}\n", line);
  return lines.empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("WebSocket conformance: Autobahn's published cases and our own");
  app.require_subcommand(1);
  Arguments arguments;
  auto* server = app.add_subcommand("server", "tests a server");
  server->add_option("url", arguments.url, "ws://host:port")->required();
  add_common(*server, arguments);
  auto* client = app.add_subcommand("client", "listens, and tests the clients that come");
  client->add_option("--port", arguments.port, "0: the kernel chooses");
  client->add_option("command", arguments.client.command,
                     "after --: a client to start, {} is the address of a case, {all} of all");
  add_common(*client, arguments);
  CLI11_PARSE(app, argc, argv);

  arguments.run.done = [&](const Result& result) {
    const bool fine = result.verdict == Verdict::ok || result.verdict == Verdict::informational;
    if (!fine || !arguments.only_deviations) fmt::print("{}\n", line_of(result));
    std::fflush(stdout);
  };
  try {
    return report(arguments, server->parsed()
                                 ? test_server(server_address(arguments.url),
                                               chosen(arguments, Tested::server), arguments.run)
                                 : run_client(arguments));
  } catch (const std::exception& error) {
    fmt::print(stderr, "conformance: {}\n", error.what());
    return 2;
  }
}
