// What was found, all at once: as a drawing, a group of bars for each mode, and as a table.
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

struct Cell {
  std::string mode, who, text;
};

// In Markdown, line by line: a row for each server, a column for each mode.
std::vector<std::string> table_of(const std::vector<Cell>& cells);

}  // namespace prise::benchmark
