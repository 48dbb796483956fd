#include "grader/progress.hpp"

#include <fstream>
#include <sstream>
#include <system_error>

namespace prise::grader {
namespace {
constexpr const char* first_line = "prise-progress 1";
}

std::map<std::string, Progress> read_progress(const std::filesystem::path& file) {
  std::ifstream lines(file);
  std::string line;
  if (!std::getline(lines, line) || line != first_line) return {};
  std::map<std::string, Progress> progress;
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    std::string number;
    Progress one;
    if (words >> number >> one.verdict >> one.checks >> one.hint_level) progress[number] = one;
  }
  return progress;
}

void write_progress(const std::filesystem::path& file,
                    const std::map<std::string, Progress>& progress) {
  std::error_code ignored;
  std::filesystem::create_directories(file.parent_path(), ignored);
  const std::filesystem::path whole = file.string() + ".new";
  {
    std::ofstream lines(whole);
    lines << first_line << "\n";
    for (const auto& [number, one] : progress)
      lines << number << " " << one.verdict << " " << one.checks << " " << one.hint_level << "\n";
  }
  std::filesystem::rename(whole, file, ignored);
}

}  // namespace prise::grader
