// From what happened to a verdict. A connection that is cut is never a pass: where Autobahn lets a
// peer drop TCP in place of a Close frame, we want the frame, since a crash looks the same.
#pragma once

#include <string>
#include <vector>

#include "conformance/case.hpp"
#include "conformance/session.hpp"

namespace prise::conformance {

struct Result {
  std::string number;
  std::string title;
  Verdict verdict = Verdict::failed;
  std::string why = {};      // empty when the verdict is OK
  std::string closing = {};  // who closed, with which code, who ended TCP
  double seconds = 0;
};

bool came_as(const Outcome& outcome, const std::vector<Event>& events);
Result judge(const Case& one, Tested tested, const Record& record);

}  // namespace prise::conformance
