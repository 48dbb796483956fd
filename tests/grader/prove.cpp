// prove NN solution [TIMES] | starter | mistake ID | mistakes: the three-way proof of an exercise,
// one part at a time. The solution passes; the starter compiles without a warning and fails; a
// wrong program fails with its own id. "mistake" does without sanitizers where they are not needed,
// which takes half the time; "mistakes" compiles them all as a student's program is compiled.
// Status 0: proved; 1: not, and why.
// prove prelude HEADER COMPILED: compiles what the wrong programs include first.
#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

#include "grader/examine.hpp"
#include "grader/present.hpp"
#include "grader/settings.hpp"
#include "grader/starter.hpp"

using namespace prise::grader;
namespace fs = std::filesystem;

namespace {

std::string read_file(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

int refuted(const Exercise& exercise, const Report& report, const std::string& why) {
  std::cerr << why << "\n" << presented(exercise, report, 3, Cut::never);
  return 1;
}

int prove_solution(const Exercise& exercise, const fs::path& folder,
                   const ExamineSettings& settings) {
  const Report report = examine(exercise, exercise.lesson() / "solution.cpp", folder, settings);
  return report.verdict == Verdict::passed
             ? 0
             : refuted(exercise, report, "the solution does not pass");
}

// Many seeds, one after another: other tests run beside this one, and are the load.
int prove_repeated(const Exercise& exercise, const fs::path& folder, ExamineSettings settings,
                   int times) {
  if (const int status = prove_solution(exercise, folder, settings)) return status;
  for (int seed = 2; seed <= times; ++seed) {
    settings.seed = std::to_string(seed);
    const Report report = check_again(exercise, folder, settings);
    if (report.verdict != Verdict::passed)
      return refuted(exercise, report, "the solution does not pass with seed " + settings.seed);
  }
  return 0;
}

int prove_starter(const Exercise& exercise, const fs::path& folder, ExamineSettings settings) {
  settings.warnings_are_errors = true;
  const fs::path source = folder / "exercise.cpp";
  std::ofstream(source) << starter_of(read_file(exercise.lesson() / "solution.cpp"));
  const Report report = examine(exercise, source, folder, settings);
  if (report.verdict == Verdict::passed) return refuted(exercise, report, "the starter passes");
  const bool wrong =
      report.verdict == Verdict::does_not_compile || report.verdict == Verdict::internal_error;
  return wrong ? refuted(exercise, report, "the starter must compile, run and fail") : 0;
}

bool names(const Report& report, const std::string& id) {
  return report.verdict != Verdict::passed && report.mistakes.size() <= 2 &&
         std::find(report.mistakes.begin(), report.mistakes.end(), id) != report.mistakes.end();
}

int prove_mistake(const Exercise& exercise, const fs::path& folder, ExamineSettings settings,
                  const std::string& id) {
  const fs::path source = exercise.tests() / "mistakes" / (id + ".cpp");
  const Report report = examine(exercise, source, folder, settings);
  if (!exercise.hints.contains(id))
    return refuted(exercise, report, "hints.json has no entry " + id);
  if (report.verdict == Verdict::passed) return refuted(exercise, report, "the mistake passes");
  if (report.mistakes.size() > 2)
    return refuted(exercise, report, "more than two mistakes are named");
  return names(report, id) ? 0 : refuted(exercise, report, "the mistake is not named " + id);
}

int prove_mistakes(const Exercise& exercise, const ExamineSettings& settings) {
  int status = 0;
  for (const auto& entry : fs::directory_iterator(exercise.tests() / "mistakes")) {
    const TemporaryFolder folder;
    status |= prove_mistake(exercise, folder.path(), settings, entry.path().stem().string());
  }
  return status;
}

int prove_mistake_fast(const Exercise& exercise, const fs::path& folder, ExamineSettings settings,
                       const std::string& id) {
  ExamineSettings fast = settings;
  fast.sanitized = false;
  fast.prelude = fs::path(build_folder) / "tests" / "grader" / "prelude.hpp";
  const fs::path source = exercise.tests() / "mistakes" / (id + ".cpp");
  if (exercise.hints.contains(id) && names(examine(exercise, source, folder, fast), id)) return 0;
  return prove_mistake(exercise, folder, settings, id);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 3 && words[0] == "prelude")
    return compile_prelude(words[1], words[2]) ? 0 : 1;
  const auto exercise = words.size() >= 2 ? exercise_numbered(words[0]) : std::nullopt;
  if (!exercise) {
    std::cerr << "prove NN solution [TIMES] | starter | mistake ID | mistakes\n";
    return 2;
  }
  const TemporaryFolder folder;
  ExamineSettings settings;
  settings.patience =
      Seconds(words[1] == "solution" ? 20 : 4);  // a pass never waits; a failure must not wait long
  if (const char* seed = std::getenv("PRISE_SEED")) settings.seed = seed;
  if (words[1] == "solution" && words.size() == 3)
    return prove_repeated(*exercise, folder.path(), settings, std::stoi(words[2]));
  if (words[1] == "solution") return prove_solution(*exercise, folder.path(), settings);
  if (words[1] == "starter") return prove_starter(*exercise, folder.path(), settings);
  if (words[1] == "mistakes") return prove_mistakes(*exercise, settings);
  return prove_mistake_fast(*exercise, folder.path(), settings, words.at(2));
}
