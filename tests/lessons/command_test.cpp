// ./prise itself: misuse, where it may be called from, and a machine that lacks packages (made of a
// PATH that holds only what the test puts there).
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "support/catch.hpp"
#include "support/process.hpp"

using namespace prise::testing;
namespace fs = std::filesystem;

namespace {

const fs::path source = PRISE_SOURCE_DIR;

struct Folder {
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "prise é à-XXXXXX").string();
    path = ::mkdtemp(pattern.data());
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  fs::path path;
};

Finished run_prise(const std::vector<std::string>& arguments,
                   const fs::path& from = fs::temp_directory_path(),
                   const std::map<std::string, std::string>& environment = {},
                   const fs::path& home = source) {
  Command command;
  command.program = "/bin/sh";
  command.arguments = {(home / "prise").string()};
  command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
  command.environment = environment;
  command.folder = from;
  const auto finished = run(command, Seconds(30));
  REQUIRE(finished);
  return *finished;
}

std::size_t lines_of(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

void put_program(const fs::path& file, const std::string& script) {
  std::ofstream(file) << "#!/bin/sh\n" << script << "\n";
  fs::permissions(file, fs::perms::owner_all);
}

// A machine with the shell's own tools, an apt-get that only notes its arguments, and nothing else.
struct BareMachine {
  explicit BareMachine(const std::string& user, const std::string& sudo) {
    const fs::path bin = folder.path / "bin";
    fs::create_directory(bin);
    for (const char* tool : {"awk", "basename", "cat", "dirname", "env", "grep", "head", "mkdir",
                             "sed", "tr", "uname"}) {
      for (const char* place : {"/usr/bin", "/bin"}) {
        if (fs::exists(fs::path(place) / tool) && !fs::exists(bin / tool))
          fs::create_symlink(fs::path(place) / tool, bin / tool);
      }
    }
    put_program(bin / "id", "echo " + user);
    put_program(bin / "sudo", sudo);
    put_program(bin / "apt-get", "echo \"$@\" >>'" + (folder.path / "installed").string() +
                                     "'; [ \"$1\" = update ]");
    environment = {{"PATH", bin.string()}};
  }
  std::string installed() const {
    std::ifstream file(folder.path / "installed");
    return {std::istreambuf_iterator<char>(file), {}};
  }
  Folder folder;
  std::map<std::string, std::string> environment;
};

}  // namespace

TEST_CASE("prise without a word shows its usage and is a misuse", "[prise]") {
  const Finished finished = run_prise({});
  CHECK(finished.ending.status == 2);
  CHECK(holds(finished.output, "./prise run NN"));
}

TEST_CASE("each misuse of prise is answered with one line and status 2", "[prise]") {
  const std::vector<std::vector<std::string>> misuses{
      {"frobnicate"},        {"run"},     {"run", "99"},    {"run", "x"},   {"run", "001"},
      {"run", "01", "nope"}, {"run", ""}, {"tour", "vite"}, {"list", "01"}, {"doctor", "moi"},
      {"slides", "vite"}};
  for (const auto& words : misuses) {
    const Finished finished = run_prise(words);
    CAPTURE(words, finished.output);
    CHECK(finished.ending.status == 2);
    CHECK(lines_of(finished.output) == 1);
    CHECK(finished.output.starts_with("prise : "));
  }
}

TEST_CASE("prise list names every lesson, from any folder", "[prise]") {
  const Finished finished = run_prise({"list"}, "/");
  CHECK(finished.ending.status == 0);
  for (const auto& entry : fs::directory_iterator(source / "lessons")) {
    if (!fs::exists(entry.path() / "transcript")) continue;
    CAPTURE(entry.path(), finished.output);
    CHECK(holds(finished.output, entry.path().filename().string().substr(0, 2) + "  "));
  }
}

TEST_CASE("prise works from a path with spaces and accents", "[prise]") {
  const Folder folder;
  const fs::path home = folder.path / "mon dépôt";
  fs::create_directory(home);
  fs::copy(source / "prise", home);
  fs::create_directory(home / "lessons");
  fs::copy(source / "lessons" / "01_tcp_connect", home / "lessons" / "01_tcp_connect");
  const Finished finished = run_prise({"list"}, "/", {}, home);
  CHECK(finished.ending.status == 0);
  CHECK(holds(finished.output, "01  "));
  CHECK(holds(finished.output, "server client"));
}

TEST_CASE("on a bare machine root installs what a lesson needs, and says so", "[prise]") {
  const BareMachine machine("0", "exit 1");
  const Finished finished = run_prise({"run", "01"}, "/", machine.environment);
  CAPTURE(finished.output, machine.installed());
  CHECK(finished.ending.status == 1);  // this apt-get installs nothing
  CHECK(
      holds(finished.output, "+ apt-get install -y --no-install-recommends g++ cmake ninja-build"));
  CHECK(holds(finished.output, "l'installation a échoué"));
  CHECK(holds(machine.installed(), "install -y --no-install-recommends g++ cmake ninja-build"));
  CHECK_FALSE(holds(machine.installed(), "python3"));  // that is for the tests
}

TEST_CASE("on a bare machine a user without sudo is told the command, and nothing is done",
          "[prise]") {
  const BareMachine machine("1000", "exit 1");
  const Finished finished = run_prise({"run", "01"}, "/", machine.environment);
  CAPTURE(finished.output);
  CHECK(finished.ending.status == 1);
  CHECK(holds(finished.output, "apt-get install -y --no-install-recommends g++"));
  CHECK(machine.installed().empty());
}

TEST_CASE("on a bare machine sudo is used where it asks for no password", "[prise]") {
  const BareMachine machine("1000", "[ \"$1\" = -n ] && shift && exec \"$@\"");
  put_program(machine.folder.path / "bin" / "true", "exit 0");
  const Finished finished = run_prise({"test"}, "/", machine.environment);
  CAPTURE(finished.output);
  CHECK(finished.ending.status == 1);
  CHECK(holds(machine.installed(), "install -y"));
  CHECK(holds(machine.installed(), "python3"));
}

TEST_CASE("prise doctor says what a bare machine lacks, and touches nothing", "[prise]") {
  const BareMachine machine("1000", "exit 1");
  const Finished finished = run_prise({"doctor"}, "/", machine.environment);
  CAPTURE(finished.output);
  CHECK(finished.ending.status == 1);
  CHECK(holds(finished.output, "MANQUE   cmake"));
  CHECK(holds(finished.output, "sudo apt-get install"));
  CHECK(machine.installed().empty());
}
