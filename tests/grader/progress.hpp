// How far the student is: a small text file, .prise/progress, that ./prise list reads too.
//
//   prise-progress 1
//   01 passed 3 1          exercise, last verdict, checks so far, level of hint shown last
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace prise::grader {

struct Progress {
  std::string verdict;
  int checks = 0;
  int hint_level = 1;
};

// A file that is missing, or of another version, reads as no progress.
std::map<std::string, Progress> read_progress(const std::filesystem::path& file);

// Written whole or not at all. An unwritable folder is no reason to fail: progress is then not
// kept.
void write_progress(const std::filesystem::path& file,
                    const std::map<std::string, Progress>& progress);

}  // namespace prise::grader
