// The ratios as a drawing: a group of bars for each mode.
#pragma once

#include <string>
#include <vector>

#include "drawing.hpp"

namespace prise::benchmark {

struct Bar {
  std::string mode, who;
  double ratio;  // of CPU a message, to the floor
};

std::string chart_of(const std::vector<Bar>& bars);

}  // namespace prise::benchmark
