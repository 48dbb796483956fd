// Hostile submissions, one beside the other in one class: each is contained and told apart, the
// neighbours' marks are what they would have been, and nothing is left behind.
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <fstream>

#include "exercises/support/sockets.hpp"
#include "grader/made_class.hpp"
#include "grader/settings.hpp"
#include "support/catch.hpp"

using namespace prise::grader;
namespace fs = std::filesystem;

namespace {

const std::string exercise = "01_tcp_connect";
const fs::path hostile_folder = fs::path(source_folder) / "tests" / "grader" / "hostile";
const fs::path lesson = fs::path(source_folder) / "lessons" / exercise;

// Where connects_outside must not get: this machine's loopback, and a local socket.
class Targets {
public:
  Targets() : tcp_(prise::check::socket_on("127.0.0.1", 0, SOCK_STREAM)) {
    ::listen(tcp_, 8);
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    std::strcpy(name.sun_path + 1, "prise-hostile-test");
    local_ = ::socket(AF_UNIX, SOCK_STREAM, 0);
    ::bind(local_, reinterpret_cast<sockaddr*>(&name), sizeof name);
    ::listen(local_, 8);
  }
  ~Targets() {
    ::close(tcp_);
    ::close(local_);
  }
  std::string port() const { return std::to_string(prise::check::local_port(tcp_)); }

private:
  int tcp_, local_;
};

// The program, where it says so in touch with what is on this machine.
std::string hostile(const std::string& name, const Targets& targets, const MadeClass& made) {
  std::string source = text_of_file(hostile_folder / (name + ".cpp"));
  const std::pair<std::string, std::string> marks[] = {{"PORT_OF_A_LISTENER", targets.port()},
                                                       {"THE_COURSE", source_folder},
                                                       {"THE_CLASS", made.folder().string()}};
  for (const auto& [mark, meaning] : marks) {
    if (const auto at = source.find(mark); at != std::string::npos)
      source.replace(at, mark.size(), meaning);
  }
  return source;
}

void add_neighbours(MadeClass& made) {
  made.hand_in("alice", exercise, text_of_file(lesson / "solution.cpp"));
  made.hand_in("zoe", exercise, text_of_file(lesson / "solution.cpp"));
  const fs::path mistakes = fs::path(source_folder) / "tests/exercises" / exercise / "mistakes";
  made.hand_in("marc", exercise, text_of_file(mistakes / "no_htons.cpp"));
}

void check_neighbours(const Graded& graded) {
  CHECK(graded.rows.at("alice").at(exercise) == Row{"passed", "1", ""});
  CHECK(graded.rows.at("zoe").at(exercise) == Row{"passed", "1", ""});
  CHECK(graded.rows.at("marc").at(exercise) == Row{"failed", "0", "no_htons"});
}

std::string report_of(const Graded& graded, const std::string& student) {
  for (const auto& result : graded.json.at("results"))
    if (result.at("student") == student) return result.dump();
  return "";
}

void check_as_expected(const Graded& graded, const std::string& name) {
  const Expectation expected = expectation_of(text_of_file(hostile_folder / (name + ".cpp")));
  const std::string report = report_of(graded, name);
  const Row row = graded.rows.at(name).at(exercise);
  INFO(name << ": " << report.substr(0, 2000));
  CHECK(row.verdict == expected.verdict);
  CHECK(row.score == "0");
  if (!expected.mistake.empty()) CHECK(row.mistake == expected.mistake);
  CHECK(report.find(expected.shown) != std::string::npos);
  if (!expected.never_shown.empty()) CHECK(report.find(expected.never_shown) == std::string::npos);
}

void check_contained(const std::vector<std::string>& names) {
  if (!sandbox_or_skip()) return;
  const Targets targets;
  MadeClass made;
  add_neighbours(made);
  for (const std::string& name : names)
    made.hand_in(name, exercise, hostile(name, targets, made));
  // On a busy machine a memory bomb needs a while to grow.
  const Graded graded = made.grade({"--patience", "20"});
  INFO(graded.output);
  REQUIRE(graded.rows.size() == names.size() + 3);
  CHECK(graded.status == 0);
  for (const std::string& name : names)
    check_as_expected(graded, name);
  check_neighbours(graded);
  CHECK(graded.left_behind == std::vector<std::string>{});
  CHECK_FALSE(fs::exists("/tmp/prise-breach"));
  CHECK_FALSE(fs::exists("/var/tmp/prise-breach"));
}

}  // namespace

TEST_CASE("hostile programs are contained and told apart, their neighbours unharmed", "[quick]") {
  check_contained({"endless_output", "forged_verdict", "reads_outside", "writes_outside",
                   "kills_all", "daemon", "memory_bomb", "include_passwd", "include_solution"});
}

TEST_CASE("the other hostile programs, slower, are contained too", "[long]") {
  check_contained({"asleep", "connects_outside", "drips", "embed_passwd", "endless_compile",
                   "endless_include", "endless_loop", "forged_wall", "fork_bomb", "huge_object",
                   "include_neighbour", "makes_namespaces", "memory_in_files",
                   "memory_in_many_processes", "overflows_the_stack", "template_bomb"});
}

TEST_CASE("files that are no source are refused unread", "[quick]") {
  if (!sandbox_or_skip()) return;
  MadeClass made;
  add_neighbours(made);
  fs::create_symlink("/etc/passwd", made.file("link", exercise));
  fs::create_symlink(lesson / "solution.cpp", made.file("link to the solution", exercise));
  fs::create_symlink("nowhere", made.file("dangling", exercise));
  fs::create_directory(made.file("folder", exercise));
  REQUIRE(::mkfifo(made.file("pipe", exercise).c_str(), 0600) == 0);
  made.hand_in("huge", exercise, "// ");
  fs::resize_file(made.file("huge", exercise), 100'000'000);
  made.hand_in("empty", exercise, "");
  made.hand_in("noise", exercise, text_of_file("/usr/bin/true"));
  made.hand_in("python", exercise, "print('Port : 1234')\n");
  fs::create_directory_symlink(lesson, made.folder() / "linked student");
  fs::create_directories(made.folder() / "linked folder");
  fs::create_directory_symlink(lesson, made.folder() / "linked folder" / "01");

  const Graded graded = made.grade();
  INFO(graded.output);
  for (const char* student : {"link", "link to the solution", "dangling", "folder", "pipe", "huge",
                              "empty", "noise", "python", "linked folder"}) {
    INFO(student);
    CHECK(graded.rows.at(student).at(exercise) == Row{"does_not_compile", "0", ""});
  }
  CHECK_FALSE(graded.rows.contains("linked student"));
  CHECK(report_of(graded, "link").find("root:x") == std::string::npos);
  check_neighbours(graded);
  CHECK(graded.left_behind == std::vector<std::string>{});
}

TEST_CASE("names of folders are data, whatever they hold", "[quick]") {
  if (!sandbox_or_skip()) return;
  MadeClass made;
  const std::vector<std::string> names{
      "two\nlines",   "a \"quoted\" name", "it's; rm -rf $HOME", "=1+1",  "-rf",
      "@cmd",         "<b>&amp;]]>",       "\xff\xfe bytes",     "é à ç", "%s%n",
      "comma, comma", "\x1b[31mred"};
  for (const std::string& name : names)
    made.hand_in(name, exercise, "int main() {");
  const Graded graded = made.grade({"--gradescope", (made.place() / "scope").string(), "--junit",
                                    (made.place() / "junit.xml").string()});
  INFO(graded.output);
  CHECK(graded.status == 0);
  for (const std::string& name : names) {
    INFO(name);
    const bool formula = std::string("=+-@").find(name.front()) != std::string::npos;
    CHECK(graded.rows.contains(formula ? "'" + name : name));
    CHECK(fs::exists(made.place() / "scope" / name / "results.json"));
  }
  CHECK(graded.output.find('\x1b') == std::string::npos);
  CHECK(graded.left_behind == std::vector<std::string>{});
}
