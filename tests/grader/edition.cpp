#include "grader/edition.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "grader/starter.hpp"
#include "support/process.hpp"

namespace prise::grader {
namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void write_file(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file << text << std::flush;
  if (!file) throw std::runtime_error("ce fichier ne peut pas être écrit : " + path.string());
}

bool stays_out(const std::string& name) {
  return name == "build" || name == "node_modules" || name == ".git" || name == ".prise" ||
         name == ".cache" || name == "__pycache__" ||
         name.find(".avant-reset") != std::string::npos;
}

std::vector<fs::path> files_in(const fs::path& course) {
  std::vector<fs::path> files;
  for (auto entry = fs::recursive_directory_iterator(course); entry != fs::end(entry); ++entry) {
    if (stays_out(entry->path().filename().string()))
      entry.disable_recursion_pending();
    else if (!entry->is_directory())
      files.push_back(entry->path().lexically_relative(course));
  }
  return files;
}

// What git tracks, and is still there.
std::vector<fs::path> files_of_git(const fs::path& course) {
  const testing::Command list{"git", {"-C", course.string(), "ls-files", "-z"}};
  const auto listed = testing::run(list, testing::Seconds(60));
  if (!listed || !listed->ending.clean()) return {};
  std::vector<fs::path> files;
  std::istringstream names(listed->output);
  for (std::string name; std::getline(names, name, '\0');)
    if (fs::exists(course / name)) files.emplace_back(name);
  return files;
}

std::string part(const fs::path& file, int index) {
  auto at = file.begin();
  for (; index > 0 && at != file.end(); --index)
    ++at;
  return at == file.end() ? "" : at->string();
}

}  // namespace

std::vector<fs::path> course_files(const fs::path& course) {
  std::vector<fs::path> files =
      fs::exists(course / ".git") ? files_of_git(course) : files_in(course);
  if (files.empty()) throw std::runtime_error("aucun fichier du cours dans " + course.string());
  std::sort(files.begin(), files.end());
  return files;
}

bool gives_answers_away(const fs::path& file) {
  if (part(file, 0) == "lessons" && file.filename() == "solution.cpp") return true;
  return part(file, 0) == "tests" && part(file, 1) == "exercises" && part(file, 3) == "mistakes";
}

std::size_t export_edition(const fs::path& course, const fs::path& edition) {
  std::size_t count = 0;
  for (const fs::path& file : course_files(course)) {
    if (gives_answers_away(file) && file.filename() != "solution.cpp") continue;
    if (file.filename() == "exercise.cpp" &&
        fs::exists(course / file.parent_path() / "solution.cpp"))
      continue;  // comes with its solution
    ++count;
    if (!gives_answers_away(file)) {
      fs::create_directories((edition / file).parent_path());
      fs::copy_file(course / file, edition / file);
      continue;
    }
    const std::string starter = starter_of(read_file(course / file));
    const std::string name = part(file, 1);
    write_file(edition / file.parent_path() / "exercise.cpp", starter);
    write_file(edition / "tests" / "exercises" / name / "starter.cpp", starter);
    ++count;
  }
  return count;
}

}  // namespace prise::grader
