// The options of a program: --host and --port for all, a few more for some. CLI11 reads them, out
// of sight.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <variant>
#include <vector>

namespace prise {

struct Options {
  std::string host =
      "127.0.0.1";  // what "localhost" stands for, here as by default (but see Names)
  std::uint16_t port = 0;
};

// Is --host left as it was typed? Only lesson 04, whose subject names are, says as_typed.
enum class Names { localhost_is_ipv4, as_typed };

struct Defaults {
  std::uint16_t port = 9999;
  std::string host = "127.0.0.1";
  Names names = Names::localhost_is_ipv4;
};

// One more option: its name ("--buffer", or "text" for an argument without a name), where its value
// goes (what stands there is the default) and one line of help, in French. A bool is a flag, a
// std::uint16_t is a port.
struct ExtraOption {
  std::string name;
  std::variant<bool*, std::uint16_t*, std::size_t*, double*, std::string*,
               std::vector<std::string>*>
      value;
  std::string help;
};

// Reads the command line. A mistake in it ends the program with status 2 and one line that says
// what to do;
// --help ends it with status 0. Also calls explain_uncaught_errors.
Options parse_options(int argc, char** argv, const Defaults& defaults = {},
                      std::initializer_list<ExtraOption> extra = {});

// The same for a tool that talks to nobody: it has no --host and no --port.
void parse_arguments(int argc, char** argv, std::initializer_list<ExtraOption> arguments);

// With --port 0, and only then, says « Port : N »: which port the kernel chose.
void say_chosen_port(const Options& options, std::uint16_t port);

}  // namespace prise
