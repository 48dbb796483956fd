// A program of a lesson, started for a test, and what may be asked of it whatever happens.
#pragma once

#include <algorithm>
#include <cctype>
#include <csignal>
#include <filesystem>
#include <string>

#include "lessons/program_table.hpp"
#include "support/catch.hpp"
#include "support/process.hpp"

namespace prise::testing {

inline constexpr Seconds patience(20);

inline Command command_of(const Row& row, const std::vector<std::string>& more) {
  Command command;
  command.program = std::filesystem::path(PRISE_BINARY_DIR) / "lessons" / row.program;
  command.arguments = row.arguments;
  command.arguments.insert(command.arguments.end(), more.begin(), more.end());
  // At its end a sanitized program looks for leaks by tracing itself; a SIGSTOP of ours in the
  // middle of that would leave it stopped for good.
  command.environment = {{"ASAN_OPTIONS", "detect_leaks=0"}};
  return command;
}

inline Finished run_to_the_end(const Row& row, const std::vector<std::string>& more) {
  const auto finished = run(command_of(row, more), patience);
  REQUIRE(finished.has_value());  // it ended in time
  return *finished;
}

// The port of a server started with --port 0, from its first line.
inline std::uint16_t port_said_by(Process& server) {
  REQUIRE(server.wait_for("\n", within(patience)));
  const std::string first = server.output().substr(0, server.output().find('\n'));
  REQUIRE(first.starts_with("Port : "));
  return static_cast<std::uint16_t>(std::stoul(first.substr(std::string("Port : ").size())));
}

inline std::ptrdiff_t lines_in(const std::string& text) {
  return std::count(text.begin(), text.end(), '\n');
}

inline std::ptrdiff_t error_lines_in(const std::string& output) {
  std::ptrdiff_t count = output.starts_with("Erreur : ") ? 1 : 0;
  for (std::size_t at = 0; (at = output.find("\nErreur : ", at)) != std::string::npos; ++at)
    ++count;
  return count;
}

// Nothing but text and ends of lines; no report of a sanitizer or of the C++ run-time.
inline void check_decent(const std::string& output) {
  const auto control = [](char byte) {
    return byte != '\n' && (static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f);
  };
  CHECK(std::count_if(output.begin(), output.end(), control) == 0);
  for (const std::string_view report :
       {"terminate called", "Sanitizer", "runtime error", "what():"})
    CHECK(output.find(report) == std::string::npos);
}

// Ended by itself: well, or with one line that says what was wrong.
inline void check_ended_decently(Process& process) {
  const Deadline deadline = within(patience);
  while (process.read_more(deadline)) {
  }
  const auto ending = process.wait(deadline);
  INFO(process.output().substr(0, 2000));
  REQUIRE(ending.has_value());
  CHECK(ending->signal == 0);
  CHECK((ending->status == 0 || ending->status == 1));
  check_decent(process.output());
  CHECK(error_lines_in(process.output()) <= 1);
}

// Ctrl-C ends it: by the signal, or by its own care.
inline void check_killable(Process& process, int signal = SIGINT) {
  process.send_signal(signal);
  const auto ending = process.wait(within(patience));
  INFO(process.output().substr(0, 2000));
  REQUIRE(ending.has_value());
  CHECK((ending->clean() || ending->signal == signal));
  check_decent(process.output());
}

}  // namespace prise::testing
