#include <dirent.h>
#include <fmt/core.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>

#include "exercises/support/check.hpp"
#include "exercises/support/sockets.hpp"
#include "visible_text.hpp"

namespace prise::check {
namespace {

struct SanitizerSign {
  std::string_view text;
  std::string_view mistake;
  std::string_view meaning;
};

// What the sanitizers say, in French. The ids are in every exercise's catalogue (hints.json of
// support/).
constexpr SanitizerSign sanitizer_signs[] = {
    {"stack-buffer-overflow", "past_the_buffer", "accès au-delà de la fin d'un tableau local"},
    {"heap-buffer-overflow", "past_the_buffer", "accès au-delà de la fin d'un tampon alloué"},
    {"global-buffer-overflow", "past_the_buffer", "accès au-delà de la fin d'un tableau global"},
    {"negative-size-param", "minus_one_as_size",
     "une taille négative : le -1 d'un appel qui a échoué"},
    {"heap-use-after-free", "use_after_free", "accès à de la mémoire déjà rendue"},
    {"stack-use-after", "use_after_free", "accès à une variable locale qui n'existe plus"},
    {"allocation-size-too-big", "unbounded_length",
     "une allocation démesurée : une longueur reçue a été crue"},
    {"out of memory", "unbounded_length", "plus de mémoire : une longueur reçue a été crue"},
    {"hard rss limit", "unbounded_memory", "le programme dépasse la mémoire permise"},
    {"stack-overflow", "endless_recursion", "récursion sans fin"},
    {"out of bounds for type", "past_the_buffer", "un indice au-delà de la fin d'un tableau"},
    {"runtime error", "undefined_behaviour", "comportement indéfini"},
    {"SEGV", "null_pointer", "accès à une adresse invalide"},
};

bool is_sanitizer_report(std::string_view text) {
  return text.find("ERROR: AddressSanitizer") != std::string_view::npos ||
         text.find("AddressSanitizer:") != std::string_view::npos ||
         text.find("AddressSanitizer: hard rss") != std::string_view::npos ||
         text.find(": runtime error: ") != std::string_view::npos;
}

// « exercise.cpp:42 », where the report names a line of the student's file.
std::string place_in(const std::string& report) {
  for (const std::string_view ending : {".cpp:"}) {
    for (std::size_t at = report.find(ending); at != std::string::npos;
         at = report.find(ending, at + 1)) {
      const std::size_t begin = report.find_last_of(" /\n", at) + 1;
      const std::size_t end = report.find_first_not_of("0123456789", at + ending.size());
      if (end > at + ending.size()) return report.substr(begin, end - begin);
    }
  }
  return "";
}

// proc(5): R runs, S sleeps, T is stopped; ? where the system does not tell.
char state_of(pid_t program) {
  std::ifstream stat(fmt::format("/proc/{}/stat", program));
  std::string line;
  std::getline(stat, line);
  const std::size_t end = line.rfind(") ");
  return end == std::string::npos || end + 2 >= line.size() ? '?' : line[end + 2];
}

struct Crash {
  std::vector<std::string> mistakes;
  std::string meaning;
};

// The report comes in several writes: its first line, all of =, may be there alone.
void wait_for_report(testing::Process& process) {
  const std::string rule(65, '=');
  if (const auto at = process.output().find(rule + "\n"); at != std::string::npos)
    process.wait_for("ERROR: ", testing::within(Seconds(5)), at);
}

std::optional<Crash> sanitizer_crash(testing::Process& process) {
  wait_for_report(process);
  if (!is_sanitizer_report(process.output())) return std::nullopt;
  process.wait(testing::within(Seconds(5)));  // the report in full
  const std::string& output = process.output();
  std::string place = place_in(output);
  if (!place.empty()) place = " (" + place + ")";
  for (const SanitizerSign& sign : sanitizer_signs) {
    if (output.find(sign.text) != std::string::npos)
      return Crash{{std::string(sign.mistake)}, std::string(sign.meaning) + place};
  }
  return Crash{{}, "une erreur de mémoire" + place};
}

std::string last_line(std::string text) {
  text.resize(text.find_last_not_of('\n') + 1);
  return text.substr(text.rfind('\n') + 1);
}

}  // namespace

void Check::end_or_crash(Verdict verdict, std::vector<std::string> mistakes,
                         const std::string& expected, const std::string& actual) {
  for (const auto& started : started_) {
    const auto process = started.lock();
    if (!process) continue;
    // The connection of a program that dies is gone a moment before the program is.
    const auto ending = process->wait(testing::within(Seconds(0.2)));
    if (const auto crash = sanitizer_crash(*process)) {
      note("programme | " + process->output());
      end(Verdict::crashed, crash->mistakes, expected, crash->meaning);
    }
    if (ending && !ending->clean()) note("programme | " + last_line(process->output()));
    if (ending) note("programme : " + ending->text());
    if (ending && ending->signal == SIGPIPE)
      end(Verdict::crashed, {"sigpipe"}, expected, ending->text());
    if (ending && ending->signal != 0)
      end(Verdict::crashed, std::move(mistakes), expected, ending->text());
  }
  end(verdict, std::move(mistakes), expected, actual);
}

void Program::look_for_sanitizer() {
  const auto crash = sanitizer_crash(*process_);
  if (!crash) return;
  check_->note("programme | " + process_->output().substr(consumed_));
  check_->end(Verdict::crashed, crash->mistakes, "un programme qui va jusqu'au bout",
              crash->meaning);
}

// The line, or the silence, that was waited for did not come: says why.
void Program::fail_by_ending(const std::string& expected, const Guesses& guesses) {
  look_for_sanitizer();
  const std::string rest =
      process_->output().substr(std::min(consumed_, process_->output().size()));
  if (process_->too_much_output())
    check_->end(Verdict::too_much_output, likely_mistakes(guesses, rest), expected,
                "plus d'un mégaoctet de sortie");
  const auto ending = process_->at_end() ? process_->wait(testing::within(Seconds(2)))
                                         : process_->wait(testing::Clock::now());
  std::istringstream lines(rest);
  for (std::string line; std::getline(lines, line);)
    check_->note("programme | " + line);
  if (!ending) {
    check_->end(Verdict::timed_out, likely_mistakes(guesses, rest), expected,
                rest.empty()
                    ? fmt::format("rien, après {:g} s d'attente", check_->patience().count())
                    : shown_bytes(rest));
  }
  if (ending->signal == SIGPIPE)
    check_->end(Verdict::crashed, {"sigpipe"}, expected, ending->text());
  if (ending->signal != 0)
    check_->end(Verdict::crashed, likely_mistakes(guesses, rest), expected, ending->text());
  if (rest.find("(std::terminate)") != std::string::npos)
    check_->end(Verdict::crashed, {"join_forgotten"}, expected, shown_bytes(rest));
  const std::string shown = rest.empty() ? "rien de plus" : shown_bytes(rest);
  check_->end(Verdict::failed, likely_mistakes(guesses, rest), expected,
              shown + " (le programme s'est " + ending->text() + ")");
}

std::string Program::take_line(const std::string& expected, const Guesses& guesses) {
  const Deadline deadline = check_->deadline();
  while (true) {
    const std::string& output = process_->output();
    const std::size_t end = output.find('\n', consumed_);
    if (end != std::string::npos || (process_->at_end() && consumed_ < output.size())) {
      const std::string line = output.substr(consumed_, end - consumed_);
      if (is_sanitizer_report(line) || line.starts_with("=====")) look_for_sanitizer();
      consumed_ = end == std::string::npos ? output.size() : end + 1;
      check_->note("programme | " + line);
      return line;
    }
    if (!process_->read_more(deadline) &&
        !(process_->at_end() && consumed_ < process_->output().size()))
      fail_by_ending(expected, guesses);
  }
}

std::uint16_t Program::read_port(const Guesses& guesses) {
  const std::string expected = "Port : N (avec --port 0, la première ligne)";
  const std::string line = take_line(expected, guesses);
  constexpr std::string_view prefix = "Port : ";
  const std::string number = line.starts_with(prefix) ? line.substr(prefix.size()) : "";
  const bool digits = !number.empty() && number.size() <= 5 &&
                      number.find_first_not_of("0123456789") == std::string::npos;
  const unsigned long port = digits ? std::stoul(number) : 0;
  if (port == 0 || port > 65535)
    check_->end(Verdict::failed, likely_mistakes(guesses, line), expected, shown_bytes(line));
  return static_cast<std::uint16_t>(port);
}

std::string Program::read_line(const std::string& expected, const Guesses& guesses) {
  return take_line(expected, guesses);
}

void Program::expect_line(const std::string& expected, const Guesses& guesses) {
  const std::string line = take_line(shown_bytes(expected), guesses);
  if (line == visible_text(expected) || line == expected) return;
  check_->end(Verdict::failed, likely_mistakes(guesses, line), shown_bytes(expected),
              shown_bytes(line));
}

void Program::expect_prompt(const std::string& expected, const Guesses& guesses) {
  const Deadline deadline = check_->deadline();
  const auto shown = [&] { return std::string_view(process_->output()).substr(consumed_); };
  while (expected.starts_with(shown()) && shown() != expected) {
    if (!process_->read_more(deadline)) fail_by_ending(shown_bytes(expected), guesses);
  }
  if (!shown().starts_with(expected)) {
    const Deadline soon = testing::within(Seconds(0.2));  // the rest of the line, for the report
    while (shown().find('\n') == std::string_view::npos && process_->read_more(soon)) {
    }
    look_for_sanitizer();
    check_->end(Verdict::failed, likely_mistakes(guesses, shown()), shown_bytes(expected),
                shown_bytes(shown()));
  }
  consumed_ += expected.size();
  check_->note("programme | " + expected);
}

void Program::expect_lines_in_any_order(std::vector<std::string> expected, const Guesses& guesses) {
  while (!expected.empty()) {
    const std::string line = take_line(shown_bytes(expected.front()), guesses);
    const auto found = std::find(expected.begin(), expected.end(), line);
    if (found == expected.end())
      check_->end(Verdict::failed, likely_mistakes(guesses, line), shown_bytes(expected.front()),
                  shown_bytes(line));
    expected.erase(found);
  }
}

void Program::expect_end(int status, const Guesses& guesses) {
  const std::string expected = fmt::format("la fin du programme, avec le statut {}", status);
  const Deadline deadline = check_->deadline();
  while (process_->read_more(deadline)) {
  }
  const auto ending = process_->wait(deadline);
  look_for_sanitizer();
  const std::string rest =
      process_->output().substr(std::min(consumed_, process_->output().size()));
  const bool only_blank = rest.find_first_not_of(" \n") == std::string::npos;
  if (!ending || ending->signal != 0 || rest.find("(std::terminate)") != std::string::npos)
    fail_by_ending(expected, guesses);
  if (!only_blank)
    check_->end(Verdict::failed, likely_mistakes(guesses, rest), "rien de plus", shown_bytes(rest));
  if (ending->status != status)
    check_->end(Verdict::failed, likely_mistakes(guesses, rest), expected,
                "le programme s'est " + ending->text());
  check_->note("programme : " + ending->text());
}

void Program::expect_still_running(const Guesses& guesses) {
  process_->read_more(testing::Clock::now());
  if (process_->wait(testing::Clock::now())) fail_by_ending("un programme qui continue", guesses);
}

bool Program::speaks_within(Seconds time) {
  const bool has_spoken = process_->output().size() > consumed_;
  return has_spoken || process_->read_more(testing::within(time)) || process_->at_end();
}

void Program::type(std::string_view line) {
  check_->note("au clavier > " + std::string(line));
  process_->type(std::string(line) + "\n");
}

void Program::press_ctrl_d() {
  check_->note("au clavier > Ctrl-D");
  process_->close_input();
}

void Program::press_ctrl_c() {
  check_->note("au clavier > Ctrl-C");
  process_->send_signal(SIGINT);
}

void Program::send_signal(int signal) {
  check_->note(fmt::format("signal {} > programme", signal));
  process_->send_signal(signal);
}

void Program::stop() {
  process_->send_signal(SIGSTOP);
  for (int i = 0; i < 200 && state_of(process_->program_pid()) != 'T'; ++i)
    ::poll(nullptr, 0, 1);
}

void Program::suspend() {
  check_->note("programme : suspendu (Ctrl-Z)");
  stop();
}

void Program::resume() {
  check_->note("programme : repris (fg)");
  process_->send_signal(SIGCONT);
}

void Program::suspend_and_resume() {
  check_->note("programme : suspendu, puis repris (Ctrl-Z, fg)");
  stop();
  process_->send_signal(SIGCONT);
}

void Program::wait_until_asleep() const {
  int asleep = 0;
  for (int i = 0; i < 200 && asleep < 3; ++i) {
    const char state = state_of(process_->program_pid());
    asleep = state == 'S' || state == '?' ? asleep + 1 : 0;
    ::poll(nullptr, 0, 1);
  }
}

std::size_t Program::descriptors() const {
  const std::string path = fmt::format("/proc/{}/fd", process_->program_pid());
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), &::closedir);
  if (!folder) return 0;
  std::size_t count = 0;
  while (const dirent* entry = ::readdir(folder.get()))
    count += entry->d_name[0] != '.';
  return count;
}

double Program::cpu_seconds() const {
  std::ifstream stat(fmt::format("/proc/{}/stat", process_->program_pid()));
  std::string line;
  std::getline(stat, line);
  std::istringstream words(line.substr(std::min(line.rfind(')') + 1, line.size())));
  std::string skipped;
  for (int i = 3; i < 14; ++i)
    words >> skipped;  // proc(5): utime and stime are fields 14 and 15
  double user = 0, system = 0;
  words >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

bool Program::sleeps() const {
  std::ifstream stat(fmt::format("/proc/{}/stat", process_->program_pid()));
  std::string line;
  std::getline(stat, line);
  const std::size_t state = line.rfind(") ");  // proc(5): field 3, R while it runs or could run
  return state == std::string::npos || line[state + 2] != 'R';
}

std::size_t Program::threads() const {
  std::ifstream status(fmt::format("/proc/{}/status", process_->program_pid()));
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("Threads:")) return std::stoul(line.substr(8));
  }
  return 0;
}

}  // namespace prise::check
