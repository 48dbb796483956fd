// A class of thirty, made of the solutions, the starters, the wrong programs of the catalogue,
// broken and hostile ones: the table is the one that was expected, cell by cell.
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <random>
#include <set>

#include "grader/made_class.hpp"
#include "grader/settings.hpp"
#include "grader/starter.hpp"
#include "support/catch.hpp"

using namespace prise;
using namespace prise::grader;
namespace fs = std::filesystem;

namespace {

constexpr int students = 30;
const std::set<std::string> wrong{"failed", "timed_out", "crashed", "too_much_output"};

// What a cell must show.
struct Cell {
  std::string what;  // for whoever reads the failure
  std::set<std::string> verdicts;
  std::string mistake = "";  // among those named; empty: any
  bool missing = false;
};

// The same seed makes the same class.
class Maker {
public:
  Maker(MadeClass& made, unsigned seed) : made_(&made), random_(seed) {}

  Cell hand_in(const std::string& student, const Exercise& exercise) {
    const auto lot = random_() % 100;
    if (lot < 40) return good(student, exercise);
    if (lot < 70) return mistaken(student, exercise);
    if (lot < 78) return untouched(student, exercise);
    if (lot < 84) return broken(student, exercise);
    if (lot < 94) return hostile(student, exercise);
    return {"missing", {}, "", true};
  }

private:
  Cell good(const std::string& student, const Exercise& exercise) {
    made_->hand_in(student, exercise.name, text_of_file(exercise.lesson() / "solution.cpp"));
    return {"solution", {"passed"}};
  }

  Cell mistaken(const std::string& student, const Exercise& exercise) {
    const fs::path file = any_of(exercise.tests() / "mistakes");
    made_->hand_in(student, exercise.name, text_of_file(file));
    return {"mistake " + file.stem().string(), wrong, file.stem().string()};
  }

  Cell untouched(const std::string& student, const Exercise& exercise) {
    made_->hand_in(student, exercise.name,
                   starter_of(text_of_file(exercise.lesson() / "solution.cpp")));
    return {"starter", wrong};
  }

  Cell broken(const std::string& student, const Exercise& exercise) {
    std::string source = text_of_file(exercise.lesson() / "solution.cpp");
    source.resize(source.size() / 2);  // in the middle of something
    made_->hand_in(student, exercise.name, source + "\n@");
    return {"broken", {"does_not_compile"}};
  }

  Cell hostile(const std::string& student, const Exercise& exercise) {
    const fs::path file = any_of(fs::path(source_folder) / "tests" / "grader" / "hostile");
    const std::string source = text_of_file(file);
    made_->hand_in(student, exercise.name, source);
    // Exercise 01's check waits for a line; others may notice the same program in another way.
    const bool compiles = expectation_of(source).verdict != "does_not_compile" &&
                          source.find("PORT_OF_A_LISTENER") == std::string::npos;
    return {"hostile " + file.stem().string(),
            compiles ? wrong : std::set<std::string>{"does_not_compile"}};
  }

  fs::path any_of(const fs::path& folder) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder))
      if (entry.path().stem() != "endless_compile") files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files[random_() % files.size()];
  }

  MadeClass* made_;
  std::mt19937 random_;
};

void check_cell(const Graded& graded, const std::string& student, const Exercise& exercise,
                const Cell& expected) {
  INFO(student << " " << exercise.name << ": " << expected.what);
  const auto row = graded.rows.find(student);
  const bool there = row != graded.rows.end() && row->second.contains(exercise.name);
  CHECK(there != expected.missing);
  if (!there) return;
  const Row cell = row->second.at(exercise.name);
  INFO(cell.verdict << " " << cell.mistake);
  CHECK(expected.verdicts.contains(cell.verdict));
  CHECK(cell.score == (cell.verdict == "passed" ? "1" : "0"));
  if (!expected.mistake.empty())
    CHECK(("|" + cell.mistake + "|").find("|" + expected.mistake + "|") != std::string::npos);
}

void say_what_it_took(Seconds time) {
  rusage all{};
  ::getrusage(RUSAGE_CHILDREN, &all);
  const double cpu = static_cast<double>(all.ru_utime.tv_sec + all.ru_stime.tv_sec);
  std::cout << "class: " << time.count() << " s, " << cpu << " s of processor, largest process "
            << all.ru_maxrss / 1024 << " MiB\n";
  CHECK(all.ru_maxrss / 1024 < 2048);
}

unsigned seed() {
  const char* chosen = std::getenv("PRISE_CLASS_SEED");
  return chosen != nullptr ? static_cast<unsigned>(std::atoi(chosen)) : 1;
}

}  // namespace

TEST_CASE("a class of thirty has the table that was expected, cell by cell", "[long]") {
  if (!sandbox_or_skip()) return;
  const std::vector<Exercise> exercises = all_exercises();
  MadeClass made;
  Maker maker(made, seed());
  std::map<std::pair<std::string, std::string>, Cell> expected;
  for (int number = 1; number <= students; ++number) {
    const std::string student = "student-" + std::to_string(100 + number);
    fs::create_directories(made.folder() / student);
    for (const Exercise& exercise : exercises)
      expected[{student, exercise.name}] = maker.hand_in(student, exercise);
  }
  const auto begin = testing::Clock::now();
  const Graded graded = made.grade({}, Seconds(7000));
  say_what_it_took(testing::Clock::now() - begin);
  INFO(graded.output);
  REQUIRE(graded.status == 0);
  for (const Exercise& exercise : exercises)
    for (const auto& [cell, what] : expected)
      if (cell.second == exercise.name) check_cell(graded, cell.first, exercise, what);
  CHECK(graded.left_behind.empty());
}

TEST_CASE("grading again examines only what changed", "[quick]") {
  if (!sandbox_or_skip()) return;
  MadeClass made;
  const Exercise exercise = all_exercises().front();
  const std::string solution = text_of_file(exercise.lesson() / "solution.cpp");
  made.hand_in("alice", exercise.name, solution);
  made.hand_in("bob", exercise.name, "int main() {}");
  const Graded first = made.grade({"--exercise", exercise.number()});
  CHECK(first.rows.at("alice").at(exercise.name).verdict == "passed");
  CHECK(first.rows.at("bob").at(exercise.name).verdict == "failed");
  // A result carries the seconds its examination took: what comes from the cache has the same.
  const auto seconds = [](const Graded& graded, std::size_t i) {
    return graded.json.at("results").at(i).at("seconds").get<double>();
  };
  made.hand_in("bob", exercise.name, solution);
  const Graded second = made.grade({"--exercise", exercise.number()});
  CHECK(second.rows.at("bob").at(exercise.name).verdict == "passed");
  CHECK(seconds(second, 0) == seconds(first, 0));
  // Another seed is another check.
  const Graded other = made.grade({"--exercise", exercise.number(), "--seed", "2"});
  CHECK(seconds(other, 0) != seconds(first, 0));
}

TEST_CASE("an interrupted run ends all that runs, writes no result, and goes on later", "[quick]") {
  if (!sandbox_or_skip()) return;
  MadeClass made;
  const Exercise exercise = all_exercises().front();
  made.hand_in("alice", exercise.name, text_of_file(exercise.lesson() / "solution.cpp"));
  made.hand_in("bob", exercise.name, "#include <unistd.h>\nint main() { ::pause(); }");
  {
    testing::Process grading(made.command({"--jobs", "1"}));
    const testing::Deadline deadline = testing::within(Seconds(120));
    const auto one_is_done = [&] {
      std::error_code none_yet;
      return fs::directory_iterator(made.place() / "cache", none_yet) != fs::directory_iterator();
    };
    while (!one_is_done() && testing::Clock::now() < deadline)
      grading.wait(testing::within(Seconds(0.05)));
    grading.send_signal(SIGINT);
    const auto ending = grading.wait(testing::within(Seconds(20)));
    REQUIRE(ending);
    CHECK(ending->status == 130);
  }
  CHECK_FALSE(fs::exists(made.place() / "results.csv"));
  CHECK(made.left_behind().empty());
  const Graded graded = made.grade({"--exercise", exercise.number()});
  CHECK(graded.rows.at("alice").at(exercise.name).verdict == "passed");
  CHECK(graded.rows.at("bob").at(exercise.name).verdict == "timed_out");
}
