// Which calls really slept until something came.
#pragma once

#include <vector>

#include "merge/flows.hpp"
#include "merge/follow.hpp"

namespace prise::trace {

// For each step. What a call waited for tells best: it slept if that began later than the call.
// Only where the trace does not know what it was (the keyboard, a timer) does the time that it took
// decide.
std::vector<bool> find_waiting(const Followed& all, const Flows& flows);

}  // namespace prise::trace
