#include "console.hpp"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <mutex>
#include <system_error>
#include <utility>

#include "explain.hpp"
#include "line_editor.hpp"

namespace prise {
namespace {

std::mutex terminal;                // whoever writes to it, or edits a line, holds it
LineEditor* editor = nullptr;       // made at the first ask on a terminal
std::array<int, 2> ctrl_c{-1, -1};  // CtrlC's pipe: the handler writes to [1]
std::atomic<bool> echoed{false};    // the terminal has shown ^C, and no line end after it

bool is_readable(int fd) {
  pollfd watched{fd, POLLIN, 0};
  return fd != -1 && ::poll(&watched, 1, 0) == 1;
}

// Sleeps until one of the three can be read. Ctrl-C counts first, then what was typed, then other.
Woken wait_for_input(int other) {
  while (true) {
    std::array<pollfd, 3> watched{
        {{STDIN_FILENO, POLLIN, 0}, {ctrl_c[0], POLLIN, 0}, {other, POLLIN, 0}}};
    if (::poll(watched.data(), watched.size(), -1) == -1) {
      if (errno == EINTR) continue;
      return Woken::failed;
    }
    if (watched[1].revents != 0) return Woken::interrupted;
    if (watched[0].revents != 0) return Woken::input;
    if (watched[2].revents != 0) return Woken::readable;
  }
}

// Standard input that is a file, a pipe or a plain terminal: lines are cut out of what read(2)
// gives.
class PlainInput {
public:
  Answer read(int other) {
    while (true) {
      if (const std::size_t end = typed_.find('\n'); end != std::string::npos)
        return take(end, end + 1);
      const Woken woken = wait_for_input(other);
      if (woken == Woken::interrupted) return {AnswerKind::interrupted, {}};
      if (woken == Woken::readable) return {AnswerKind::readable, {}};
      if (woken == Woken::failed || !read_more()) break;
    }
    // A last line may lack its '\n'.
    if (typed_.empty()) return {AnswerKind::end_of_input, {}};
    return take(typed_.size(), typed_.size());
  }

private:
  bool read_more() {
    std::array<char, 4096> buffer;
    ssize_t count = -1;
    do
      count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    while (count == -1 && errno == EINTR);
    if (count > 0) typed_.append(buffer.data(), static_cast<std::size_t>(count));
    return count > 0;
  }

  Answer take(std::size_t line_bytes, std::size_t bytes) {
    std::string line = typed_.substr(0, line_bytes);
    typed_.erase(0, bytes);
    if (line.ends_with('\r')) line.pop_back();
    return {AnswerKind::line, std::move(line)};
  }

  std::string typed_;
};

int watched_by_editor = -1;

Answer ask_on_terminal(const std::string& prompt, int other) {
  const std::lock_guard lock(terminal);
  watched_by_editor = other;
  static LineEditor the_editor([] {
    terminal.unlock();  // others may print while nobody types
    const Woken woken = wait_for_input(watched_by_editor);
    terminal.lock();
    return woken;
  });
  editor = &the_editor;
  return the_editor.read(prompt);
}

Answer ask_plainly(const std::string& prompt, int other) {
  {
    const std::lock_guard lock(terminal);
    std::fputs(prompt.c_str(), stdout);
    std::fflush(stdout);
  }
  static PlainInput input;
  Answer answer = input.read(other);
  if (answer.kind != AnswerKind::line && !prompt.empty() && !echoed) say_line("");
  return answer;
}

bool terminal_echoes() {
  termios mode{};
  return ::tcgetattr(STDIN_FILENO, &mode) == 0 && (mode.c_lflag & ECHO) != 0;
}

// tcgetattr and write are async-signal-safe, and the atomic is lock-free: see signal-safety(7).
extern "C" void ctrl_c_handler(int signal) {
  const int saved_errno = errno;
  if (signal == SIGINT && terminal_echoes()) echoed = true;
  const char byte = 'c';
  [[maybe_unused]] const ssize_t count = ::write(ctrl_c[1], &byte, 1);
  errno = saved_errno;
}

constexpr std::array ending_signals{SIGINT, SIGTERM, SIGHUP};

void handle_ending_signals(void (*handler)(int), int flags) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigemptyset(&action.sa_mask);
  for (const int signal : ending_signals)
    ::sigaction(signal, &action, nullptr);
}

}  // namespace

void say_line(const std::string& line) {
  const std::lock_guard lock(terminal);
  if (editor != nullptr && editor->is_reading()) {
    editor->print_above(line);
    return;
  }
  if (echoed.exchange(false) && ::isatty(STDOUT_FILENO) != 0) std::fputc('\n', stdout);
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fputc('\n', stdout);
  std::fflush(stdout);  // a program that is watched through a pipe shows its lines at once
}

void warn_line(const std::string& line) {
  const std::lock_guard lock(terminal);
  if (editor != nullptr && editor->is_reading()) {
    editor->print_above(line);
    return;
  }
  std::fprintf(stderr, "%s\n", line.c_str());
}

Answer ask(const std::string& prompt, int other) {
  return terminal_can_edit() ? ask_on_terminal(prompt, other) : ask_plainly(prompt, other);
}

void give_terminal_back() {
  if (editor != nullptr) editor->restore_terminal();
}

CtrlC::CtrlC() {
  if (::pipe(ctrl_c.data()) == -1) throw std::system_error(errno, std::generic_category(), "pipe");
  for (const int end : ctrl_c) {
    ::fcntl(end, F_SETFD, FD_CLOEXEC);
    ::fcntl(end, F_SETFL, O_NONBLOCK);
  }
  // No SA_RESTART: nothing must wait on. Reset: the second Ctrl-C acts as it always does.
  handle_ending_signals(&ctrl_c_handler, static_cast<int>(SA_RESETHAND));
}

CtrlC::~CtrlC() {
  handle_ending_signals(SIG_DFL, 0);
  for (int& end : ctrl_c)
    ::close(std::exchange(end, -1));
}

int CtrlC::fd() const {
  return ctrl_c[0];
}
bool CtrlC::happened() const {
  return is_readable(ctrl_c[0]);
}

bool CtrlC::wait_until_readable(int fd) const {
  std::array<pollfd, 2> watched{{{fd, POLLIN, 0}, {ctrl_c[0], POLLIN, 0}}};
  while (::poll(watched.data(), watched.size(), -1) == -1) {
    if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "poll");
  }
  return watched[1].revents == 0;
}

}  // namespace prise
