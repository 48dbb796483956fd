// One diagram from the logs of all the programs of a run: one line of time, a lane for each thread.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "diagram.hpp"
#include "merge/follow.hpp"

namespace prise::trace {

struct MergeSettings {
  std::string title;
  std::filesystem::path root =
      {};                        // of the repository, for lines of code; empty: none are looked up
  std::size_t events_max = 600;  // what comes after them is left out, and noted
};

Diagram merge(std::vector<Program> programs, const MergeSettings& settings);

}  // namespace prise::trace
