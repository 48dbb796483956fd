// The students' edition: nothing of the solutions in it, and it works.
#include "grader/edition.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "grader/exercise.hpp"
#include "grader/made_class.hpp"
#include "grader/settings.hpp"
#include "grader/starter.hpp"
#include "support/catch.hpp"

using namespace prise;
using namespace prise::grader;
namespace fs = std::filesystem;

namespace {

// The regions that a student must not find, each as a whole.
std::vector<std::string> regions_of(const std::string& solution) {
  std::vector<std::string> regions;
  bool inside = false;
  std::istringstream lines(solution);
  for (std::string line; std::getline(lines, line);) {
    const std::string text = line.substr(std::min(line.find_first_not_of(' '), line.size()));
    if (text == "//[solution]") {
      inside = true;
      regions.emplace_back();
    } else if (text == "//[starter]" || text == "//[end]") {
      inside = false;
    } else if (inside) {
      regions.back() += line + "\n";
    }
  }
  // A line or two of a region may stand in the lesson's own programs.
  std::erase_if(regions, [](const auto& region) { return region.size() < 120; });
  return regions;
}

std::vector<fs::path> files_of(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) files.push_back(entry.path());
  return files;
}

std::string run_in(const fs::path& folder, const std::string& line, int status, Seconds time) {
  testing::Command command{"sh", {"-c", line + " 2>&1"}};
  command.folder = folder;
  const auto done = testing::run(command, time);
  REQUIRE(done);
  INFO(line << "\n" << done->output);
  CHECK(done->ending.status == status);
  return done->output;
}

}  // namespace

TEST_CASE("the students' edition holds no solution and no mistake", "[quick]") {
  const TemporaryFolder made;
  const fs::path edition = made.path() / "edition";
  export_edition(source_folder, edition);
  const std::vector<fs::path> files = files_of(edition);
  CHECK(files.size() > 100);
  for (const Exercise& exercise : all_exercises()) {
    INFO(exercise.name);
    const std::string solution = text_of_file(exercise.lesson() / "solution.cpp");
    const fs::path lesson = edition / "lessons" / exercise.name;
    const fs::path tests = edition / "tests" / "exercises" / exercise.name;
    CHECK_FALSE(fs::exists(lesson / "solution.cpp"));
    CHECK_FALSE(fs::exists(tests / "mistakes"));
    CHECK(text_of_file(lesson / "exercise.cpp") == starter_of(solution));
    CHECK(text_of_file(tests / "starter.cpp") == starter_of(solution));
    CHECK(fs::exists(tests / "check.cpp"));
    for (const std::string& region : regions_of(solution))
      for (const fs::path& file : files) {
        INFO(file);
        CHECK(text_of_file(file).find(region) == std::string::npos);
      }
  }
}

TEST_CASE("exporting needs an empty folder outside the course", "[quick]") {
  const std::string program = build_folder + "/tests/grader/export_edition";
  const TemporaryFolder made;
  run_in(made.path(), "touch file; '" + program + "' .", 2, Seconds(60));
  run_in(made.path(), "'" + program + "'", 2, Seconds(60));
  run_in(made.path(), "'" + program + "' " + source_folder + "/build/edition", 2, Seconds(60));
  CHECK(files_of(made.path()).size() == 1);
}

TEST_CASE("the students' edition builds, checks, and passes its own tests", "[long]") {
  const TemporaryFolder made;
  const fs::path edition = made.path() / "edition";
  export_edition(source_folder, edition);
  ::unsetenv("PRISE_EXERCISES");
  const std::string checked = run_in(edition, "./prise check 01", 1, Seconds(1200));
  CHECK(checked.find("Exercice 01 : pas encore.") != std::string::npos);
  std::string solution =
      text_of_file(fs::path(source_folder) / "lessons/01_tcp_connect/solution.cpp");
  const fs::path file = edition / "lessons/01_tcp_connect/exercise.cpp";
  { std::ofstream(file) << solution; }
  run_in(edition, "./prise check 01", 0, Seconds(300));
  run_in(edition, "./prise reset 01", 0, Seconds(300));
  CHECK(text_of_file(file) == starter_of(solution));
  run_in(edition, "./prise test", 0, Seconds(3600));
}
