// The log of strace, read: one value for each system call of each thread. The only format it knows
// is what `strace -f -ttt -T -yy -xx -k -o FILE` writes (strace(1)); capture.hpp makes such logs.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <istream>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace prise::trace {

// A frame of a call's stack: where in which file, before debug information made it a line.
struct CodeAddress {
  std::string binary;         // the path of the program or library
  std::string function;       // as the linker knows it: "send", "prise::speak(prise::net::Stream&)"
  std::uint64_t address = 0;  // where it returns to: the place in the file, not in memory

  bool operator==(const CodeAddress&) const = default;
};

struct Call {
  pid_t thread = 0;
  double began = 0;  // seconds, of the system's clock: one for all processes
  double ended = 0;  // == began when it never returned
  // When its thread did the next thing: it had returned by then. `ended` may be a little early, for
  // strace begins to count only after it has written down what it is about to time.
  double returned_before = std::numeric_limits<double>::infinity();
  bool finished = true;
  std::string name = {};                    // the kernel's: "recvfrom"
  std::vector<std::string> arguments = {};  // as strace writes them, split at the top commas
  std::string result = {};  // as strace writes it: "7", "4<TCP:[…]>", "-1 EAGAIN (…)"
  std::vector<CodeAddress> stack = {};  // the innermost first

  // An argument that is not there is empty.
  std::string_view argument(std::size_t i) const;
  // The number that it returned; none when it failed, or never returned.
  std::optional<std::int64_t> value() const;
  // "EAGAIN", or "" when it did not fail.
  std::string_view error() const;
};

// A signal that came, or how a thread ended.
struct Occurrence {
  pid_t thread = 0;
  double at = 0;
  enum class Kind { signal, exited, killed } kind = Kind::signal;
  std::string name = {};  // of the signal: "SIGINT"; of an end by itself: the status
};

struct Log {
  std::vector<Call> calls;  // in the order in which they began
  std::vector<Occurrence> occurrences;
};

// One program that was started, and its log. It may have started others.
struct Program {
  std::string label;    // « serveur »; empty: the name of what it executes
  std::string command;  // as typed: "server --port 9999"
  Log log;
};

// Never throws on what it does not understand: such lines are left out.
Log parse_log(std::istream& text);

// --- what strace writes inside of arguments and results

// The bytes of a string: "\x42\x6f" between quotes, with or without the dots of one cut short.
std::string bytes_of_string(std::string_view argument);

// The items of [a, b] or {a, b}; of anything else, of what stands between commas.
std::vector<std::string_view> items_of(std::string_view list);

// The value after `key=` among the items of a struct: field({a=1, b=[2, 3]}, "b") is "[2, 3]".
std::string_view field(std::string_view structure, std::string_view key);

// A number at the start of a text, decimal or hexadecimal.
std::optional<std::int64_t> number_of(std::string_view text);

}  // namespace prise::trace
