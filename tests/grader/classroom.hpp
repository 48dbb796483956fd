// A class's folder, as students hand it in: DIR/<student>/NN_name.cpp or
// DIR/<student>/NN/exercise.cpp.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "grader/exercise.hpp"

namespace prise::grader {

struct Submission {
  std::string student;  // the folder's name, whatever bytes it holds
  const Exercise* exercise;
  std::filesystem::path file;  // empty: nothing was handed in
};

// Every student by every exercise, both in order. A folder that is a symbolic link, or whose name
// begins with a dot, is nobody's: `ignored` names what was passed over.
struct Classroom {
  std::vector<std::string> students;
  std::vector<Submission> submissions;
  std::vector<std::string> ignored;
};

// exercises must outlive the result. Throws std::filesystem::filesystem_error.
Classroom read_classroom(const std::filesystem::path& folder,
                         const std::vector<Exercise>& exercises);

}  // namespace prise::grader
