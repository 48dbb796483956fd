// The program behind ./prise trace: its files, its refusals.
#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "support/catch.hpp"
#include "support/process.hpp"
#include "support/reserved_port.hpp"

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

// How many straces write below this folder.
int count_running_with(const fs::path& folder) {
  int count = 0;
  for (const fs::directory_entry& process : fs::directory_iterator("/proc"))
    if (holds(text_of(process.path() / "cmdline"), folder.string() + "/")) ++count;
  return count;
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

TEST_CASE("a scene that measures is refused at once") {
  for (const auto& [lesson, scene] :
       {std::pair{"06", "3"}, {"13", "3"}, {"14", "3"}, {"21", "5"}}) {
    INFO(lesson);
    const std::vector<std::string> arguments{lesson, "--scene", scene};
    const Finished refusal = trace(arguments);
    CHECK(refusal.ending.status == 1);
    CHECK(holds(refusal.output, "cette scène mesure\u00a0: strace la fausserait."));
    CHECK(std::count(refusal.output.begin(), refusal.output.end(), '\n') == 1);
  }
}

TEST_CASE("Ctrl-C during a lesson ends all that was started and leaves nothing") {
  // A server for whom nobody comes.
  const Folder root;
  const fs::path lesson = root.path / "lessons" / "10_chat_full_duplex";
  fs::create_directories(lesson);
  const ReservedPort port;
  std::ofstream(lesson / "transcript")
      << "port " << port.number() << "\n\n== Seul\nserveur $ server\n"
      << "serveur | Serveur de chat v2 démarré. En attente d'un client...\nserveur | Client\n";
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    const Folder folder;
    Process tracing({PRISE_TRACE,
                     {"--root", root.path, "--build", PRISE_BUILD, "10"},
                     Stdio::pipes,
                     {{"TMPDIR", folder.path}}});
    const Deadline deadline = within(Seconds(60));
    while (count_running_with(folder.path) == 0 && !tracing.wait(within(Seconds(0.01))))
      REQUIRE(Clock::now() < deadline);
    tracing.send_signal(signal);
    const auto ending = tracing.wait(deadline);
    REQUIRE(ending);
    INFO(signal << ": " << tracing.output());
    CHECK(ending->signal == 0);
    CHECK(ending->status == 130);
    CHECK(holds(tracing.output(), "interrompu."));
    CHECK(std::count(tracing.output().begin(), tracing.output().end(), '\n') == 1);
    CHECK(count_running_with(folder.path) == 0);
    CHECK(fs::is_empty(folder.path));
  }
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
