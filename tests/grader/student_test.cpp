// What ./prise check, watch and reset say and keep, in a copy of nothing: they are run on the
// course itself, with files of their own.
#include <fstream>
#include <sstream>

#include "grader/made_class.hpp"
#include "grader/present.hpp"
#include "grader/progress.hpp"
#include "grader/settings.hpp"
#include "grader/starter.hpp"
#include "support/catch.hpp"

using namespace prise;
using namespace prise::grader;
namespace fs = std::filesystem;
using check::Verdict;

namespace {

Exercise one() {
  return *exercise_numbered("01");
}

Report wrong() {
  Report report;
  report.verdict = Verdict::failed;
  report.mistakes = {"no_htons"};
  report.trying = "se connecter";
  report.expected = "« a »";
  report.actual = "« b »";
  report.seed = "7";
  return report;
}

Report examined(const fs::path& source, const std::string& seed = "1") {
  const TemporaryFolder folder;
  ExamineSettings settings;
  settings.seed = seed;
  settings.patience = Seconds(4);
  return examine(one(), source, folder.path(), settings);
}

fs::path written(const TemporaryFolder& folder, const std::string& text) {
  const fs::path file = folder.path() / "exercise.cpp";
  std::ofstream(file, std::ios::binary) << text;
  return file;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a failure says what was tried, expected, obtained, and the likely mistake", "[quick]") {
  const std::string text = presented(one(), wrong(), 1, Cut::for_screen);
  const Hint hint = one().hints.at("no_htons");
  CHECK(has(text, "Exercice 01 : pas encore.\n"));
  CHECK(has(text, "  Essai    se connecter\n"));
  CHECK(has(text, "  Attendu  « a »\n"));
  CHECK(has(text, "  Obtenu   « b »\n"));
  CHECK(has(text, "  Piste    " + hint.clue + "\n"));
  CHECK(has(text, "[no_htons] Voyez lessons/01_tcp_connect/README.md"));
}

TEST_CASE("three levels of hint: the clue, the reason, the remedy", "[quick]") {
  const Hint hint = one().hints.at("no_htons");
  for (int level = 1; level <= 3; ++level) {
    const std::string text = presented(one(), wrong(), level, Cut::for_screen);
    CHECK(has(text, hint.clue));
    CHECK(has(text, hint.more) == (level >= 2));
    CHECK(has(text, hint.remedy) == (level >= 3));
  }
}

TEST_CASE("the screen may be cut, the log never is", "[quick]") {
  Report report = wrong();
  report.actual = std::string(100'000, 'x') + "fin";
  for (int i = 0; i < 500; ++i)
    report.exchange.push_back("ligne " + std::to_string(i) + " ;");
  const std::string screen = presented(one(), report, 1, Cut::for_screen);
  const std::string log = presented(one(), report, 1, Cut::never);
  CHECK(screen.size() < 10'000);
  CHECK_FALSE(has(screen, "ligne 3 ;"));
  CHECK(has(screen, "ligne 499 ;"));
  CHECK(has(log, report.actual));
  for (const std::string& line : report.exchange)
    CHECK(has(log, line));
}

TEST_CASE("a report cannot drive the terminal", "[quick]") {
  Report report = wrong();
  report.actual = "\x1b[2J\x07";
  CHECK_FALSE(has(presented(one(), report, 1, Cut::for_screen), "\x1b"));
}

TEST_CASE("progress is kept in a versioned file, another version reads as none", "[quick]") {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "deep" / "progress";
  CHECK(read_progress(file).empty());
  write_progress(file, {{"01", {"failed", 3, 2}}, {"02", {"passed", 1, 1}}});
  CHECK(text_of_file(file) == "prise-progress 1\n01 failed 3 2\n02 passed 1 1\n");
  const auto read = read_progress(file);
  CHECK(read.at("01").verdict == "failed");
  CHECK(read.at("01").checks == 3);
  CHECK(read.at("01").hint_level == 2);
  std::ofstream(file) << "prise-progress 2\n01 failed 3 2\n";
  CHECK(read_progress(file).empty());
}

TEST_CASE("a starter is its solution without the marked regions", "[quick]") {
  CHECK(starter_of("a\n  //[solution]\n  b\n  //[starter]\n  //|  c\n  //|\n  //[end]\nd\n") ==
        "a\n  c\n\nd\n");
  CHECK(starter_of("a\n//[solution]\nb\n//[end]\nd\n") == "a\nd\n");
}

TEST_CASE("marks that do not pair are refused, and the line named", "[quick]") {
  for (const char* text :
       {"//[solution]\n", "//[starter]\n", "//[end]\n", "//[solution]\n//[solution]\n",
        "//[solution]\n//[starter]\nno bar\n//[end]\n"}) {
    INFO(text);
    try {
      starter_of(text);
      FAIL("accepted");
    } catch (const std::runtime_error& error) {
      CHECK(has(error.what(), "solution.cpp, ligne "));
    }
  }
}

TEST_CASE("each committed exercise.cpp is its solution's starter, where it is as committed",
          "[quick]") {
  for (const Exercise& exercise : all_exercises()) {
    const fs::path file = exercise.lesson() / "exercise.cpp";
    // A student's own work is no fault of the course: only a clean file is compared.
    const auto status = testing::run(
        {"git", {"-C", source_folder, "status", "--porcelain", "--", file.string()}}, Seconds(60));
    const bool as_committed = status && status->ending.clean() && status->output.empty();
    const std::string solution = text_of_file(exercise.lesson() / "solution.cpp");
    if (!as_committed || solution.empty()) continue;
    INFO(exercise.name);
    CHECK(text_of_file(file) == starter_of(solution));
  }
}

TEST_CASE("what is wrong is told in the same way with the same seed", "[quick]") {
  const TemporaryFolder folder;
  const fs::path source =
      written(folder, "#include <cstdio>\nint main() { puts(\"Port : 0\"); }\n");
  const Report first = examined(source, "42");
  const Report second = examined(source, "42");
  CHECK(first.verdict == Verdict::failed);
  CHECK(first.seed == "42");
  CHECK(first.mistakes == second.mistakes);
  CHECK(first.trying == second.trying);
  CHECK(first.exchange.size() == second.exchange.size());
}

TEST_CASE("a check program that crashes, or that is not there, is an internal error", "[quick]") {
  const TemporaryFolder folder;
  const fs::path source = written(folder, "int main() {}\n");
  Exercise broken = one();
  broken.name = "00_none";
  const Report report = examine(broken, source, folder.path());
  CHECK(report.verdict == Verdict::internal_error);

  ExamineSettings crashing;  // the checker's command is something that dies at once
  crashing.walls.around_checker = {"sh", "-c", "kill -SEGV $$"};
  const TemporaryFolder other;
  CHECK(examine(one(), source, other.path(), crashing).verdict == Verdict::internal_error);
}

TEST_CASE("what includes the answer is told so", "[quick]") {
  const TemporaryFolder folder;
  const Report report = examined(written(folder, "#include \"net/stream.hpp\"\nint main() {}\n"));
  CHECK(report.verdict == Verdict::failed);
  CHECK(report.mistakes == std::vector<std::string>{"uses_the_answer"});
}

TEST_CASE("a header of the lesson's own programs is the answer too", "[quick]") {
  const TemporaryFolder folder, made;
  const Exercise ten = *exercise_numbered("10");
  const std::string header = (ten.lesson() / "conversation.hpp").string();
  const fs::path source = written(folder, "#include \"" + header + "\"\nint main() {}\n");
  const Report report = examine(ten, source, made.path());
  CHECK(report.verdict == Verdict::failed);
  CHECK(report.mistakes == std::vector<std::string>{"uses_the_answer"});
}

TEST_CASE("the compiler's words come without the machine's paths", "[quick]") {
  const TemporaryFolder folder;
  const Report report = examined(written(folder, "#include \"console.hpp\"\nint main() { x; }\n"));
  CHECK(report.verdict == Verdict::does_not_compile);
  CHECK(has(report.actual, "exercise.cpp:2:"));
  CHECK_FALSE(has(report.actual, folder.path().string()));
  CHECK_FALSE(has(report.actual, source_folder));
}
