// Fewer events: what a reader takes for one thing is one.
#pragma once

#include <vector>

#include "diagram.hpp"
#include "merge/follow.hpp"

namespace prise::trace {

// An event in the making, and the steps that it stands for.
struct Draft {
  Event event;  // its lane is not known yet
  std::size_t thread = 0;
  std::vector<std::size_t> steps;
};

// Lines printed one after the other become one; waiting for the keyboard and reading it become one;
// so do a look-up of a name, and the middle of a long row of equal calls.
void summarise(std::vector<Draft>& drafts, const Followed& all);

}  // namespace prise::trace
