#include "grader/made_class.hpp"

#include <unistd.h>

#include <fstream>
#include <iostream>
#include <sstream>

#include "grader/sandbox.hpp"
#include "grader/settings.hpp"

namespace prise::grader {
namespace {

namespace fs = std::filesystem;

// The rest of the line that begins so.
std::string after(const std::string& text, const std::string& beginning) {
  const std::size_t at = text.find("\n" + beginning);
  if (at == std::string::npos) return "";
  const std::size_t begin = at + 1 + beginning.size();
  return text.substr(begin, text.find('\n', begin) - begin);
}

}  // namespace

std::string text_of_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

Expectation expectation_of(const std::string& source) {
  Expectation expected;
  std::istringstream(after(source, "// Expected: ")) >> expected.verdict >> expected.mistake;
  expected.shown = after(source, "// Shown: ");
  expected.never_shown = after(source, "// Never shown: ");
  return expected;
}

std::vector<std::vector<std::string>> csv_rows(const std::string& text) {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> row{""};
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '"' && text.substr(i + 1, 1) == "\"") {
      row.back() += text[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      row.emplace_back();
    } else if (c == '\n' && !quoted) {
      rows.push_back(std::exchange(row, {""}));
    } else if (c != '\r' || quoted) {
      row.back() += c;
    }
  }
  return rows;
}

bool sandbox_or_skip() {
  static const std::string why = why_no_sandbox();
  if (!why.empty()) std::cout << "SKIPPED: " << why << "\n";
  return why.empty();
}

MadeClass::MadeClass() {
  fs::create_directory(folder());
  fs::create_directory(all_.path() / "tmp");
  fs::permissions(all_.path(), fs::perms(0755));
}

fs::path MadeClass::file(const std::string& student, const std::string& exercise) const {
  fs::create_directories(folder() / student);
  return folder() / student / (exercise + ".cpp");
}

void MadeClass::hand_in(const std::string& student, const std::string& exercise,
                        const std::string& source) {
  std::ofstream(file(student, exercise), std::ios::binary) << source;
}

testing::Command MadeClass::command(std::vector<std::string> options) const {
  testing::Command command{build_folder + "/tests/grader/grade", std::move(options)};
  command.arguments.insert(
      command.arguments.begin(),
      {folder().string(), "--csv", (place() / "results.csv").string(), "--json",
       (place() / "results.json").string(), "--cache", (place() / "cache").string()});
  command.environment = {{"TMPDIR", (place() / "tmp").string()}};
  return command;
}

Graded MadeClass::grade(std::vector<std::string> options, Seconds time) const {
  Graded graded;
  const auto finished = testing::run(command(std::move(options)), time);
  if (!finished) return graded;
  graded.status = finished->ending.status;
  graded.output = finished->output;
  for (const auto& row : csv_rows(text_of_file(place() / "results.csv")))
    if (row.size() == 7 && row[0] != "student")
      graded.rows[row[0]][row[1]] = {row[2], row[3], row[5]};
  graded.json = nlohmann::json::parse(text_of_file(place() / "results.json"), nullptr, false);
  graded.left_behind = left_behind();
  return graded;
}

// What students' work is run from names our folder in its command line, whoever it runs as.
std::vector<std::string> MadeClass::left_behind() const {
  std::vector<std::string> left;
  for (const auto& file : fs::directory_iterator(all_.path() / "tmp"))
    left.push_back(file.path().string());
  for (const auto& process : fs::directory_iterator("/proc")) {
    const std::string command = text_of_file(process.path() / "cmdline");
    if (command.find((all_.path() / "tmp").string()) != std::string::npos) left.push_back(command);
  }
  return left;
}

}  // namespace prise::grader
