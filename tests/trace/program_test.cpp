// The program behind ./prise trace: its files, its refusals.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "support/catch.hpp"
#include "support/process.hpp"

using namespace prise::testing;
namespace fs = std::filesystem;

namespace {

Finished trace(std::vector<std::string> arguments,
               const std::map<std::string, std::string>& environment = {}) {
  arguments.insert(arguments.begin(), {"--root", PRISE_ROOT, "--build", PRISE_BUILD});
  const auto finished = run({PRISE_TRACE, arguments, Stdio::pipes, environment}, Seconds(60));
  REQUIRE(finished);
  return *finished;
}

class Folder {
public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "prise-trace-test-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  ~Folder() { fs::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  fs::path path;
};

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Nobody listens on port 1 of this machine.
const std::vector<std::string> refused{"--", PRISE_BUILD "/lessons/01_tcp_connect/client", "--port",
                                       "1"};

}  // namespace

TEST_CASE("a command is traced into the terminal, an SVG and a page") {
  const Folder folder;
  const Finished shown = trace(refused);
  CHECK(shown.ending.clean());
  CHECK(holds(shown.output, "connect(3, 127.0.0.1:1) = ECONNREFUSED"));

  const fs::path svg = folder.path / "a.svg", html = folder.path / "a.html";
  std::vector<std::string> arguments{"--svg", svg, "--html", html};
  arguments.insert(arguments.end(), refused.begin(), refused.end());
  CHECK(trace(arguments).ending.clean());
  CHECK(holds(text_of(svg), "ECONNREFUSED"));
  CHECK(holds(text_of(svg), "</svg>"));
  CHECK(holds(text_of(html), "</html>"));
  CHECK(std::distance(fs::directory_iterator(folder.path), {}) == 2);  // no drafts are left
}

TEST_CASE("a file that cannot be written is one line and no file") {
  const Folder folder;
  fs::create_directory(folder.path / "taken");
  std::vector<std::string> arguments{"--svg", folder.path / "taken"};
  arguments.insert(arguments.end(), refused.begin(), refused.end());
  const Finished finished = trace(arguments);
  CHECK(finished.ending.status == 1);
  CHECK(holds(finished.output, "impossible d'écrire"));
  CHECK(std::distance(fs::directory_iterator(folder.path), {}) == 1);
}

TEST_CASE("misuse is one line and status 2") {
  CHECK(trace({}).ending.status == 2);
  CHECK(trace({"01", "--nope"}).ending.status == 2);
  const Finished unknown = trace({"99"});
  CHECK(unknown.ending.status == 2);
  CHECK(holds(unknown.output, "il n'y a pas de leçon"));
  CHECK(trace({"01", "--scene", "9"}).ending.status == 2);
}

TEST_CASE("without strace, and where it may follow nobody, one line says so") {
  const Folder folder;
  const Finished without = trace({"01"}, {{"PATH", folder.path}});
  CHECK(without.ending.status == 1);
  CHECK(holds(without.output, "strace n'est pas là"));

  std::ofstream(folder.path / "strace") << "#!/bin/sh\necho 'strace: not permitted'\nexit 1\n";
  fs::permissions(folder.path / "strace", fs::perms::owner_all);
  const Finished forbidden =
      trace({"01"}, {{"PATH", folder.path.string() + ":" + std::getenv("PATH")}});
  CHECK(forbidden.ending.status == 1);
  CHECK(holds(forbidden.output, "strace: not permitted"));
}
