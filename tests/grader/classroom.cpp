#include "grader/classroom.hpp"

#include <algorithm>

namespace prise::grader {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(path, ignored));  // a dangling link is there too
}

fs::path file_of(const fs::path& student, const Exercise& exercise) {
  if (const fs::path file = student / (exercise.name + ".cpp"); is_there(file)) return file;
  const fs::path folder = student / exercise.number();
  // A link in place of the folder is handed on as it is: it is no regular file, and is refused.
  if (fs::is_symlink(folder)) return folder;
  const fs::path file = folder / "exercise.cpp";
  return is_there(file) ? file : fs::path();
}

}  // namespace

Classroom read_classroom(const fs::path& folder, const std::vector<Exercise>& exercises) {
  Classroom classroom;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with('.')) continue;
    if (fs::is_directory(entry.symlink_status()))
      classroom.students.push_back(name);
    else
      classroom.ignored.push_back(name);
  }
  std::sort(classroom.students.begin(), classroom.students.end());
  std::sort(classroom.ignored.begin(), classroom.ignored.end());
  for (const std::string& student : classroom.students) {
    for (const Exercise& exercise : exercises)
      classroom.submissions.push_back({student, &exercise, file_of(folder / student, exercise)});
  }
  return classroom;
}

}  // namespace prise::grader
