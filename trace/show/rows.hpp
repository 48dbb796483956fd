// What is written in one row of a drawing, and how high that makes it.
#pragma once

#include <cstddef>
#include <optional>

#include "diagram.hpp"
#include "show/layout.hpp"

namespace prise::trace {

// How many sends a call's bytes came from, and how many receives took what it sent; whose call
// ended its wait.
struct Joints {
  std::size_t sends = 0, receives = 0;
  std::optional<std::size_t> waker;
};

enum class Heads { first, repeated };  // repeated: without the programs
Row heads_row(const Diagram& diagram, const Layout& layout, Heads heads);
Row call_row(const Diagram& diagram, const Layout& layout, std::size_t event, Joints joints);
Row end_row(const Diagram& diagram, const Layout& layout, std::size_t event, Joints joints);
// One that nobody receives, or that comes back to its lane, goes right where there is room.
bool goes_left(const Arrow& arrow, const Diagram& diagram);
Row arrow_row(const Diagram& diagram, const Layout& layout, std::size_t arrow);

}  // namespace prise::trace
