// A whole class graded, several submissions at once. Only this process writes results.
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "grader/classroom.hpp"
#include "grader/examine.hpp"
#include "grader/gradebook.hpp"

namespace prise::grader {

enum class Isolation { sandbox, none };

struct GradingSettings {
  unsigned jobs = 1;
  std::string seed = "1";  // the same for everyone
  Isolation isolation = Isolation::sandbox;
  Seconds patience = Seconds(5);  // more than a student's own check has: the machine is busy
  const std::atomic<bool>* interrupted = nullptr;
};

// Called after each submission, by one thread at a time.
using Progress = std::function<void(std::size_t done, std::size_t all, const Submission& last)>;

// What the cache already knows is not examined again. An internal error is tried once more, and
// never taken from the cache. Throws Interrupted; what was examined until then is in the cache.
Gradebook grade(const Classroom& classroom, const std::vector<Exercise>& exercises, Cache& cache,
                const GradingSettings& settings, const Progress& progress);

}  // namespace prise::grader
