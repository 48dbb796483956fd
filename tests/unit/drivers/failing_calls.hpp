// System calls that fail when a test wants them to. The linker puts ours in place of the system's
// (--wrap, see ld(1)): no driver knows of it.
#pragma once

#include <string>

namespace prise::testing {

// From now on, in driver threads, the Nth call (from 1) of those that can fail does, once.
void let_fail(int nth_call, int error);

struct Failed {
  std::string call;  // "recv"; empty: there were fewer calls
};
Failed end_of_failures();

// Marks this thread as a driver's.
void calls_here_may_fail();

}  // namespace prise::testing
