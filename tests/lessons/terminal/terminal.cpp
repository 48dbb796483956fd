#include "terminal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace prise::testing {
namespace {

constexpr Seconds patience(20);

// What runs in the terminal. $0 is the folder, $@ the program. The shell must outlive a Ctrl-C.
constexpr const char* script = R"(trap : INT
stty -a >"$0/before"
"$@"
status=$?
stty -a >"$0/after"
echo $status >"$0/status.new" && mv "$0/status.new" "$0/status"
exec sleep 1000)";

std::filesystem::path new_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "prise-terminal-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr)
    throw std::system_error(errno, std::generic_category(), "mkdtemp");
  return name;
}

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// POSIX has no way to wait for a screen to change.
template <class Condition>
bool eventually(const Condition& condition) {
  const Deadline deadline = within(patience);
  while (!condition()) {
    if (Clock::now() >= deadline) return false;
    ::poll(nullptr, 0, 5);
  }
  return true;
}

}  // namespace

Terminal::Terminal(const std::vector<std::string>& command, Size size) : folder_(new_folder()) {
  std::vector<std::string> arguments{"new-session", "-d",
                                     "-x",          std::to_string(size.columns),
                                     "-y",          std::to_string(size.rows),
                                     "sh",          "-c",
                                     script,        folder_.string()};
  arguments.insert(arguments.end(), command.begin(), command.end());
  tmux(arguments);
  // Should this test be killed, its terminal does not stay behind.
  tmux({"run-shell", "-b", "-d", "200", "-C", "kill-server"});
}

Terminal::~Terminal() {
  try {
    tmux({"kill-server"});
  } catch (const std::exception&) {
  }
  // tmux removes its socket at the same time, over which remove_all may stumble.
  std::error_code ignored;
  for (int tries = 0; tries < 10 && std::filesystem::exists(folder_, ignored); ++tries)
    std::filesystem::remove_all(folder_, ignored);
}

std::string Terminal::tmux(std::vector<std::string> arguments) const {
  Command command;
  command.program = "tmux";
  command.arguments = {"-u", "-L", "terminal", "-f", "/dev/null"};
  command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
  command.environment = {
      {"TMUX_TMPDIR", folder_.string()}, {"LC_ALL", "C.UTF-8"}, {"SHELL", "/bin/sh"}};
  const std::optional<Finished> finished = run(command, patience);
  if (!finished || !finished->ending.clean())
    throw std::runtime_error("tmux " + arguments.front() + ": " +
                             (finished ? finished->output : "no answer"));
  return finished->output;
}

void Terminal::type(const std::string& text) {
  tmux({"send-keys", "-l", "--", text});
}
void Terminal::press(const std::string& key) {
  tmux({"send-keys", key});
}

std::string Terminal::screen() const {
  std::string rows = tmux({"capture-pane", "-p"});
  while (rows.ends_with('\n'))
    rows.pop_back();
  return rows;
}

bool Terminal::shows(const std::string& text) const {
  return eventually([&] { return screen().find(text) != std::string::npos; });
}

bool Terminal::ends_with(const std::string& text) const {
  return eventually([&] { return screen().ends_with(text); });
}

bool Terminal::edits() const {
  std::string path = tmux({"display-message", "-p", "#{pane_tty}"});
  path.resize(path.find('\n'));
  const int tty = ::open(path.c_str(), O_RDONLY | O_NOCTTY | O_CLOEXEC);
  termios mode{};
  const bool reached =
      eventually([&] { return ::tcgetattr(tty, &mode) == 0 && (mode.c_lflag & ICANON) == 0; });
  ::close(tty);
  return reached;
}

int Terminal::status() const {
  if (!eventually([&] { return std::filesystem::exists(folder_ / "status"); })) return -1;
  return std::stoi(content(folder_ / "status"));
}

bool Terminal::is_as_before() const {
  const std::string before = content(folder_ / "before");
  return !before.empty() && before == content(folder_ / "after");
}

}  // namespace prise::testing
