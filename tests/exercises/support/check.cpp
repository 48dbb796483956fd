#include "exercises/support/check.hpp"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <system_error>

#include "exercises/support/sockets.hpp"
#include "visible_text.hpp"

namespace prise::check {
namespace {

int trials_passed = 0;

std::string from_environment(const char* name, const std::string& otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : otherwise;
}

std::vector<std::string> wrapper_words() {
  std::vector<std::string> words;
  std::istringstream all(from_environment("PRISE_WRAPPER", ""));
  for (std::string word; std::getline(all, word, '\x1F');)
    words.push_back(word);
  return words;
}

std::vector<std::string> split_pair(const std::string& mistakes) {
  std::vector<std::string> ids;
  std::istringstream all(mistakes);
  for (std::string id; std::getline(all, id, '|');)
    ids.push_back(id);
  return ids;
}

void write_report(const Report& report) {
  const std::string path = from_environment("PRISE_REPORT", "");
  if (path.empty()) return;
  std::ofstream file(path, std::ios::trunc);
  // Bytes that are no UTF-8 were escaped when they were noted; replace is for what was not.
  file << to_json(report).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
}

}  // namespace

std::function<bool(std::string_view)> contains(std::string text) {
  return [text](std::string_view actual) { return actual.find(text) != std::string_view::npos; };
}
std::function<bool(std::string_view)> equals(std::string text) {
  return [text](std::string_view actual) { return actual == text; };
}
std::function<bool(std::string_view)> starts_with(std::string text) {
  return [text](std::string_view actual) { return actual.starts_with(text); };
}
std::function<bool(std::string_view)> is_empty() {
  return [](std::string_view actual) { return actual.empty(); };
}

std::vector<std::string> likely_mistakes(const Guesses& guesses, std::string_view actual) {
  for (const Guess& guess : guesses) {
    if (!guess.fits || guess.fits(actual)) return split_pair(guess.mistake);
  }
  return {};
}

Check::Check(std::string trying) {
  report_.trying = std::move(trying);
  report_.seed = from_environment("PRISE_SEED", "1");
  // The same seed gives every test case its own sequence, whatever ran before it.
  const std::string text = report_.seed + report_.trying;
  std::seed_seq sequence(text.begin(), text.end());
  random_.seed(sequence);
  report_.trials_passed = trials_passed++;
}

Seconds Check::patience() const {
  return Seconds(std::stod(from_environment("PRISE_PATIENCE", "3")));
}
Deadline Check::deadline() const {
  return testing::within(patience());
}

Program Check::start(std::vector<std::string> arguments, Stdio stdio) {
  testing::Command command;
  command.program = from_environment("PRISE_PROGRAM", "");
  if (command.program.empty())
    throw std::runtime_error("PRISE_PROGRAM does not say which program to check");
  command.arguments = std::move(arguments);
  command.stdio = stdio;
  command.wrapper = wrapper_words();
  command.output_bytes_max = 1 << 20;
  command.environment = {{"TERM", "dumb"},
                         {"ASAN_OPTIONS", "exitcode=99:detect_leaks=0:hard_rss_limit_mb=512"},
                         {"UBSAN_OPTIONS", "exitcode=99:print_stacktrace=1"}};
  std::string line = "$ " + command.program.filename().string();
  for (const std::string& argument : command.arguments)
    line += " " + argument;
  note(line);
  auto process = std::make_shared<testing::Process>(command);
  started_.push_back(process);
  return Program(*this, std::move(process));
}

void Check::note(const std::string& line) {
  const std::string shown = visible_text(line);
  repeats_ = shown == last_note_ ? repeats_ + 1 : 1;
  last_note_ = shown;
  if (repeats_ == 1)
    report_.exchange.push_back(shown);
  else
    report_.exchange.back() = fmt::format("{} [{} fois]", shown, repeats_);
}

void Check::end(Verdict verdict, std::vector<std::string> mistakes, const std::string& expected,
                const std::string& actual) {
  report_.verdict = verdict;
  report_.mistakes = std::move(mistakes);
  report_.expected = expected;
  report_.actual = actual;
  write_report(report_);
  throw std::runtime_error(report_.trying + " : attendu " + expected + ", obtenu " + actual);
}

void Check::fail(const std::string& expected, const std::string& actual, const Guesses& guesses) {
  end_or_crash(Verdict::failed, likely_mistakes(guesses, actual), expected, actual);
}

void Check::require(bool holds, const std::string& expected, const std::string& actual,
                    const Guesses& guesses) {
  if (!holds) fail(expected, actual, guesses);
}

std::uint16_t Check::closed_port() {
  const int fd = socket_on("127.0.0.1", 0, SOCK_STREAM);  // bound, never listening
  reserved_.emplace_back(new int(fd), [](int* owned) {
    ::close(*owned);
    delete owned;
  });
  return local_port(fd);
}

std::string Check::random_text(std::size_t characters) {
  static constexpr std::string_view letters[] = {"a", "e", "i", "n", "r", "s", "t", "é",
                                                 "à", "ç", "ê", "€", "B", "Z", "7", " "};
  std::string text = "x";
  while (--characters > 0)
    text += letters[random_() % std::size(letters)];
  return text;
}

std::string shown_bytes(std::string_view bytes) {
  constexpr std::size_t shown_bytes_max = 400;
  std::string text = "« " + visible_text(bytes.substr(0, shown_bytes_max)) + " »";
  if (bytes.size() > shown_bytes_max) text += fmt::format(" … ({} octets en tout)", bytes.size());
  return text;
}

std::string shown_difference(std::string_view expected, std::string_view actual) {
  const auto [left, right] =
      std::mismatch(expected.begin(), expected.end(), actual.begin(), actual.end());
  const auto at = static_cast<std::size_t>(right - actual.begin());
  if (left == expected.end() && right == actual.end()) return shown_bytes(actual);
  std::string text = fmt::format(
      "{} ; première différence à l'octet {} (de {}) :", shown_bytes(actual), at, actual.size());
  for (const char byte : actual.substr(at, 16))
    text += fmt::format(" {:02x}", static_cast<unsigned char>(byte));
  if (at == actual.size()) text += " (rien : il en manque)";
  return text;
}

}  // namespace prise::check
