// A class of thirty, made of the solutions, the starters, the wrong programs of the catalogue,
// broken and hostile ones: the table is the one that was expected, cell by cell.
#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <random>
#include <set>
#include <sstream>

#include "grader/made_class.hpp"
#include "grader/memory.hpp"
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

// proc(5), /proc/stat: the share of all cores' time that was not idle.
class BusyCores {
public:
  BusyCores() { read(total_, idle_); }
  double share() const {
    double total = 0, idle = 0;
    read(total, idle);
    return 1 - (idle - idle_) / std::max(1.0, total - total_);
  }

private:
  static void read(double& total, double& idle) {
    std::istringstream words(text_of_file("/proc/stat").substr(5));
    double time = 0;
    for (int field = 1; field <= 8 && words >> time; ++field) {
      total += time;
      if (field == 4) idle = time;
    }
  }
  double total_ = 0, idle_ = 0;
};

struct Watched {
  std::optional<testing::Ending> ending;
  std::uint64_t memory_bytes = 0;  // the most that the grader and all it runs held
  double busy = 0;
  double seconds = 0;
};

Watched grade_and_watch(const MadeClass& made) {
  Watched watched;
  const BusyCores busy;
  const auto begin = testing::Clock::now();
  testing::Process grading(made.command({}));
  while (!watched.ending && testing::Clock::now() < begin + std::chrono::hours(2)) {
    watched.ending = grading.wait(testing::within(Seconds(0.2)));
    watched.memory_bytes = std::max(watched.memory_bytes, memory_of_tree(grading.program_pid()));
  }
  watched.busy = busy.share();
  watched.seconds = Seconds(testing::Clock::now() - begin).count();
  std::cout << grading.output();
  return watched;
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
  const Watched watched = grade_and_watch(made);
  std::cout << "class: " << watched.seconds << " s, cores busy " << watched.busy * 100
            << " %, at most " << (watched.memory_bytes >> 20) << " MiB\n";
  REQUIRE(watched.ending);
  CHECK(watched.memory_bytes < (4ULL << 30));
  const Graded graded = made.grade();  // all from the cache: only the result files
  REQUIRE(graded.status == 0);
  for (const Exercise& exercise : exercises)
    for (const auto& [cell, what] : expected)
      if (cell.second == exercise.name) check_cell(graded, cell.first, exercise, what);
  CHECK(graded.left_behind == std::vector<std::string>{});
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
  CHECK(made.left_behind() == std::vector<std::string>{});
  const Graded graded = made.grade({"--exercise", exercise.number()});
  CHECK(graded.rows.at("alice").at(exercise.name).verdict == "passed");
  CHECK(graded.rows.at("bob").at(exercise.name).verdict == "timed_out");
}
