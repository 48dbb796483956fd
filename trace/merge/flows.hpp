// What went from one side to the other: each connection's two ends found, and its bytes followed
// from the call that sent them to the one that took them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "diagram.hpp"
#include "merge/follow.hpp"

namespace prise::trace {

// Bytes, or the news of a connection or of an end, on their way.
struct Passage {
  std::size_t from = 0;           // a step
  std::optional<std::size_t> to;  // a step; none: nobody took it
  ArrowKind kind = ArrowKind::bytes;
  std::size_t bytes = 0;
  std::string data;                 // the first of them, as many as the logs have
  std::optional<std::size_t> flow;  // of a stream's bytes
  std::size_t offset = 0;           // of the first of them in that flow
};

// One direction of a stream: all that one end sent, in order.
struct Flow {
  std::size_t sender = 0;               // an endpoint
  std::optional<std::size_t> receiver;  // the other end, when it is in the trace
  struct Piece {
    std::size_t step;
    std::size_t offset;
    std::size_t count;
    std::string data;  // shorter than count where the log was cut
  };
  std::vector<Piece> sent;
  std::vector<Piece> taken;
};

struct Flows {
  std::vector<std::optional<std::size_t>> peer;  // of each endpoint
  std::vector<Flow> flows;
  std::vector<Passage> passages;  // in the order of `from`

  // For each step, the step that it had to wait for, as far as the trace knows: what sent the first
  // byte that it took, connected, ended.
  std::vector<std::optional<std::size_t>> cause;
};

Flows find_flows(const Followed& all);

}  // namespace prise::trace
