// In which order the calls of a diagram are drawn, from top to bottom. A call that waited has two
// moments, where it begins and where it comes back; what happened in between stands between them.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "diagram.hpp"

namespace prise::trace {

struct Moment {
  enum class Part { whole, begin, end };  // a call that never came back has only its beginning
  std::size_t event = 0;
  Part part = Part::whole;
};

// By time, except that on a lane a call stands after the one before it, and that what received
// stands below what sent, and so does the poll that it woke: clocks that were read at almost the
// same moment may say otherwise.
std::vector<Moment> moments_in_order(const Diagram& diagram);

// For each call that waited, the call of another that ended this: what it received, or what the
// call right after it received, as after poll. None where it was not another's call, but the
// keyboard or time.
std::vector<std::optional<std::size_t>> wakers(const Diagram& diagram);

}  // namespace prise::trace
