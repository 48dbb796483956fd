// foreign FILE: our programs talk to programs that are not ours, the notes' own Python,
// python-websockets, netcat and socat, in both directions. Each scene of the file is a transcript,
// with a port of its own: 9999, 12345 and 8765, the notes' ports, stand for it. « python NAME »
// starts a copy of notes/NAME.py that differs by its port only; « python_server NAME » is for those
// that only Ctrl-C ends, and that then may print a traceback on standard error (the notes' by
// design, python-websockets 10.4 if it is still closing a connection it refused); « python_lines N
// NAME » for those that do not stop printing: N lines of it; « python_says NAME "TEXT" N » for such
// a client: it is told to say TEXT first; « python_chats NAME » for one that is typed to: its
// prompts are on standard output, and Ctrl-D ends it. Status 0: all went as written; 1: not, and
// what differed.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <regex>
#include <sstream>

#include "support/player.hpp"
#include "support/reserved_port.hpp"

using namespace prise::testing;

namespace {

namespace fs = std::filesystem;

constexpr Seconds patience(20);

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("no such file: " + path.string());
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string with_port(const std::string& text, std::uint16_t port) {
  static const std::regex written("\\b(9999|12345|8765)\\b");
  return std::regex_replace(text, written, std::to_string(port));
}

// The notes' programs with another port, in a folder that is gone at the end.
class Copies {
public:
  explicit Copies(std::uint16_t port) {
    std::string name = (fs::temp_directory_path() / "prise-notes-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    folder_ = name;
    const fs::path notes = fs::path(PRISE_SOURCE_DIR) / "tests/lessons/notes";
    for (const auto& entry : fs::directory_iterator(notes)) {
      if (entry.path().extension() == ".py")
        std::ofstream(folder_ / entry.path().filename()) << with_port(text_of(entry.path()), port);
    }
  }
  ~Copies() { fs::remove_all(folder_); }
  Copies(const Copies&) = delete;
  Copies& operator=(const Copies&) = delete;

  std::string with_commands(const std::string& text) const {
    static const std::regex python("\\$ python (\\w+)");
    static const std::regex python_server("\\$ python_server (\\w+)");
    static const std::regex python_says("\\$ python_says (\\w+) \"([^\"]*)\" (\\d+)");
    const std::string script = folder_.string() + "/$1.py";
    const std::string command = "$ \"" PRISE_PYTHON "\" -u \"" + script + "\"";
    const std::string server_command =
        "$ /bin/sh -c \"exec '" PRISE_PYTHON "' -u '" + script + "' 2>/dev/null\"";
    static const std::regex python_lines("\\$ python_lines (\\d+) (\\w+)");
    const std::string lines_command = "$ /bin/sh -c \"'" PRISE_PYTHON "' -u '" + folder_.string() +
                                      "/$2.py' 2>/dev/null | stdbuf -o0 head -n $1\"";
    const std::string says_command = "$ /bin/sh -c \"echo '$2' | '" PRISE_PYTHON "' -u '" + script +
                                     "' 2>/dev/null | stdbuf -o0 head -n $3\"";
    static const std::regex python_chats("\\$ python_chats (\\w+)");
    // Where both input and output are terminals, Python's input() prompts on standard error.
    const std::string chats_command =
        "$ /bin/sh -c \"'" PRISE_PYTHON "' -u '" + script + "' 2>/dev/null | cat\"";
    std::string result = std::regex_replace(text, python, command);
    result = std::regex_replace(result, python_chats, chats_command);
    result = std::regex_replace(result, python_server, server_command);
    result = std::regex_replace(result, python_lines, lines_command);
    return std::regex_replace(result, python_says, says_command);
  }

private:
  fs::path folder_;
};

// Whoever is called « serveur » listens before the next step: some of the notes' servers do not say
// when they do.
class WaitsForServers : public Audience {
public:
  explicit WaitsForServers(std::uint16_t port) : port_(port) {}

private:
  void started(const std::string& label, const std::string&) override {
    if (label == "serveur") wait_until_listening(port_, within(patience));
  }
  void scene(const Scene&) override {}
  void printed(const std::string&, const std::string&) override {}
  void typed(const std::string&, const std::string&, const std::string&) override {}
  std::uint16_t port_;
};

std::optional<std::string> play_scene(const std::string& scene) {
  const ReservedPort port;
  const Copies copies(port.number());
  WaitsForServers audience(port.number());
  const std::string text = copies.with_commands(with_port(scene, port.number()));
  const fs::path programs = fs::path(PRISE_BINARY_DIR) / "lessons";
  return play(parse_transcript(text), {programs, PortChoice::as_written, patience}, audience);
}

// The file's text, cut before each title.
std::vector<std::string> scenes_of(const std::string& text) {
  std::vector<std::string> scenes;
  for (std::size_t at = text.find("== "); at != std::string::npos;) {
    const std::size_t next = text.find("\n== ", at);
    const std::size_t end = next == std::string::npos ? text.size() : next + 1;
    scenes.push_back(text.substr(at, end - at));
    at = next == std::string::npos ? next : end;
  }
  return scenes;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "foreign FILE\n";
    return 2;
  }
  ::setenv("PYTHONUTF8", "1", 1);
  const std::string certificates = PRISE_BINARY_DIR "/lessons/20_wss_tls/certificats";
  ::setenv("PRISE_CERTIFICATES", certificates.c_str(), 1);
  ::setenv("SSL_CERT_FILE", (certificates + "/ca.pem").c_str(), 1);  // whom Python believes
  const auto scenes = scenes_of(text_of(argv[1]));
  int failures = scenes.empty() ? 1 : 0;
  for (const std::string& scene : scenes) {
    if (const auto report = play_scene(scene)) {
      ++failures;
      std::cerr << scene.substr(0, scene.find('\n')) << "\n" << *report << "\n";
    }
  }
  std::cout << scenes.size() << " exchanges, " << failures << " not as written\n";
  return failures == 0 ? 0 : 1;
}
