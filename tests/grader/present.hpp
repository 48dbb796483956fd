// A report as the student reads it, in French.
#pragma once

#include <string>

#include "exercises/support/verdict.hpp"
#include "grader/exercise.hpp"

namespace prise::grader {

enum class Cut { for_screen, never };  // the log keeps everything

// hint_level 1 to 3: the clue, the reason, the remedy.
std::string presented(const Exercise& exercise, const check::Report& report, int hint_level,
                      Cut cut);

}  // namespace prise::grader
