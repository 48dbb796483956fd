// One side of a chat under test, and the test itself as the other side.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "net/stream.hpp"
#include "support/process.hpp"
#include "terminal.hpp"

namespace prise::testing {

enum class Role { server, client };

struct Side {
  std::string lesson;
  Role role;
  std::string peer_left;  // what it says then
  bool takes_turns() const { return lesson.starts_with("09"); }
  std::string peer_name() const { return role == Role::server ? "Client" : "Serveur"; }
  std::string program() const;  // the path
};

// Servers and clients of both lessons.
const std::vector<Side>& sides();

// The program on a terminal, connected to us.
struct TerminalChat {
  TerminalChat(const Side& side, Size size = {});
  Terminal& terminal() { return *terminal_; }

  // Until the program waits for its user: in lesson 09 the server is spoken to first.
  void reach_prompt();
  // Until it waits for us.
  void reach_waiting();
  // Until it has ended by itself, in good order, and left the terminal as it was.
  void expect_end(const std::string& last_lines);

  const Side side;
  std::optional<net::Listener> listener;
  std::optional<Terminal> terminal_;
  std::optional<net::Stream> peer;
};

// The program between two pipes, connected to us.
struct PipeChat {
  explicit PipeChat(const Side& side);
  void expect_end(const std::string& last_lines);

  const Side side;
  std::optional<net::Listener> listener;
  std::optional<Process> process;
  std::optional<net::Stream> peer;
};

// What one recv gives, empty at the end of the stream, or "(rien)" if nothing comes within ten
// seconds.
std::string hear(net::Stream& peer);
// Everything up to the end of the stream.
std::string hear_all(net::Stream& peer);
void reset(net::Stream& peer);  // closes with RST instead of FIN

}  // namespace prise::testing
