// student check, watch and reset as commands, on a small course of their own.
#include <algorithm>
#include <csignal>
#include <fstream>

#include "grader/made_class.hpp"
#include "grader/progress.hpp"
#include "grader/settings.hpp"
#include "grader/starter.hpp"
#include "support/catch.hpp"

using namespace prise;
using namespace prise::grader;
namespace fs = std::filesystem;

namespace {

// One lesson with its starter, where a student's edits harm nobody.
class SmallCourse {
public:
  SmallCourse() {
    fs::create_directories(lesson());
    fs::copy_file(fs::path(source_folder) / "lessons/01_tcp_connect/solution.cpp",
                  lesson() / "solution.cpp");
    save(starter());
  }
  fs::path lesson() const { return folder_.path() / "lessons" / "01_tcp_connect"; }
  fs::path exercise() const { return lesson() / "exercise.cpp"; }
  fs::path dot_prise() const { return folder_.path() / ".prise"; }
  std::string solution() const { return text_of_file(lesson() / "solution.cpp"); }
  std::string starter() const { return starter_of(solution()); }
  void save(const std::string& text) const { std::ofstream(exercise()) << text; }

  testing::Command command(std::vector<std::string> words) const {
    testing::Command command{build_folder + "/tests/grader/student", std::move(words)};
    command.environment = {{"PRISE_COURSE", folder_.path().string()}, {"PRISE_EXERCISES", ""}};
    command.folder = folder_.path();
    return command;
  }
  testing::Finished run(std::vector<std::string> words) const {
    const auto done = testing::run(command(std::move(words)), Seconds(60));
    REQUIRE(done);
    return *done;
  }

private:
  TemporaryFolder folder_;
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("check: 0 for a pass, 1 for a failure, 2 for misuse in one line", "[quick]") {
  const SmallCourse course;
  CHECK(course.run({"check", "01"}).ending.status == 1);
  CHECK(course.run({"check", "1", "--solution"}).ending.status == 0);
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"check"},
                                             {"check", "77"},
                                             {"check", "01", "no such file"},
                                             {"check", "01", "--no-such-option"},
                                             {"reset"}}) {
    const auto done = course.run(words);
    INFO(done.output);
    CHECK(done.ending.status == 2);
    CHECK(done.output.starts_with("prise : "));
    CHECK(std::count(done.output.begin(), done.output.end(), '\n') == 1);
  }
}

TEST_CASE("where a sanitized program cannot start, check says so and goes on without", "[quick]") {
  const SmallCourse course;
  // AddressSanitizer maps 16 TiB of address space: the limit (in KiB) leaves room for nothing like
  // it.
  testing::Command command =
      course.command({"-c", "ulimit -v 4000000 && exec \"$0\" check 01 --solution"});
  command.arguments.push_back(command.program);
  command.program = "/bin/sh";
  const auto done = testing::run(command, Seconds(60));
  REQUIRE(done);
  INFO(done->output);
  CHECK(done->ending.status == 0);
  CHECK(has(done->output,
            "cette machine ne peut pas lancer un programme surveillé par AddressSanitizer"));
  CHECK_FALSE(has(course.run({"check", "01", "--solution"}).output, "AddressSanitizer"));
}

TEST_CASE("asking again gives one hint more and progress is kept and the log is whole", "[quick]") {
  const SmallCourse course;
  const Hint hint = exercise_numbered("01")->hints.at("port_not_asked");
  const std::string first = course.run({"check", "01"}).output;
  CHECK(has(first, hint.clue));
  CHECK_FALSE(has(first, hint.more));
  CHECK(has(course.run({"check", "01", "--hint"}).output, hint.more));
  CHECK(has(course.run({"check", "01", "--hint"}).output, hint.remedy));
  CHECK(text_of_file(course.dot_prise() / "progress") == "prise-progress 1\n01 failed 3 3\n");
  CHECK(has(text_of_file(course.dot_prise() / "journal.txt"), "Port : 0"));
  course.save(course.solution());
  CHECK(course.run({"check", "01"}).ending.status == 0);
  CHECK(has(text_of_file(course.dot_prise() / "progress"), "01 passed 4"));
}

TEST_CASE("checking the solution or another file leaves the progress alone", "[quick]") {
  const SmallCourse course;
  course.run({"check", "01", "--solution"});
  course.run({"check", "01", "lessons/01_tcp_connect/solution.cpp"});
  CHECK_FALSE(fs::exists(course.dot_prise() / "progress"));
}

TEST_CASE("a failure names the seed that replays it", "[quick]") {
  const SmallCourse course;
  CHECK(has(course.run({"check", "01", "--seed", "12345"}).output, "--seed 12345"));
}

TEST_CASE("reset puts the starter back and keeps what was there", "[quick]") {
  const SmallCourse course;
  course.save("first\n");
  CHECK(course.run({"reset", "01"}).ending.status == 0);
  CHECK(text_of_file(course.exercise()) == course.starter());
  course.save("second\n");
  CHECK(course.run({"reset", "01"}).ending.status == 0);
  CHECK(text_of_file(course.exercise().string() + ".avant-reset-1") == "first\n");
  CHECK(text_of_file(course.exercise().string() + ".avant-reset-2") == "second\n");
  CHECK(course.run({"reset", "01"}).ending.status == 0);  // nothing to keep
  CHECK_FALSE(fs::exists(course.exercise().string() + ".avant-reset-3"));
}

TEST_CASE("watch takes a save up within two seconds, again and again", "[quick]") {
  const SmallCourse course;
  testing::Process watching(course.command({"watch", "01"}));
  REQUIRE(watching.wait_for("J'attends", testing::within(Seconds(20))));
  // What is saved does not compile: the verdict then takes the compiler a moment only, and the time
  // from the save to it bounds the time to the notice.
  for (const std::string text : {"int main() {", "int main() { oops"}) {
    const std::size_t seen = watching.output().size();
    course.save(text);
    const auto saved = testing::Clock::now();
    REQUIRE(watching.wait_for("Exercice 01 : le fichier ne se compile pas.",
                              testing::within(Seconds(30)), seen));
    INFO(Seconds(testing::Clock::now() - saved).count() << " s");
    CHECK(testing::Clock::now() - saved < Seconds(10));
  }
  course.save(course.solution());
  CHECK(watching.wait_for("Exercice 01 : réussi.", testing::within(Seconds(60))));
  watching.send_signal(SIGINT);
  CHECK(watching.wait(testing::within(Seconds(10))));
}

TEST_CASE("without a sandbox, or a class, grade refuses in one line with status 2", "[quick]") {
  const TemporaryFolder folder;
  const std::string grade = build_folder + "/tests/grader/grade";
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {},
           {"no such folder"},
           {folder.path().string(), "--no-sandbox"},
           {folder.path().string(), "--jobs", "0"},
           {folder.path().string(), "--exercise", "77", "--no-sandbox"}}) {
    const auto done = testing::run({grade, words}, Seconds(60));
    REQUIRE(done);
    INFO(done->output);
    CHECK(done->ending.status == 2);
    CHECK(std::count(done->output.begin(), done->output.end(), '\n') == 1);
  }
  if (!sandbox_or_skip()) return;
  fs::create_directory(folder.path() / "student");
  const auto done = testing::run({"bwrap",
                                  {"--dev-bind", "/", "/", "--ro-bind", "/dev/null",
                                   "/usr/bin/bwrap", grade, folder.path().string()}},
                                 Seconds(60));
  REQUIRE(done);
  CHECK(done->ending.status == 2);
  CHECK(has(done->output, "pas de bac à sable ici"));
  CHECK(has(done->output, "--no-sandbox"));
  CHECK(std::count(done->output.begin(), done->output.end(), '\n') == 1);
}
