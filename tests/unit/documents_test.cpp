// The texts hold: what a Markdown file of the repository links to is there, and what it tells the
// reader to type exists.
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "support/catch.hpp"

namespace fs = std::filesystem;

namespace {

const fs::path root = PRISE_SOURCE_DIR;

std::vector<std::string> lines_of(const fs::path& path) {
  std::ifstream file(path);
  REQUIRE(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);)
    lines.push_back(line);
  return lines;
}

std::string text_of(const fs::path& path) {
  std::string text;
  for (const std::string& line : lines_of(path))
    text += line + "\n";
  return text;
}

// Every *.md, but those of others: hidden folders, what was built, what npm brought.
std::vector<fs::path> documents() {
  std::vector<fs::path> found;
  for (auto entry = fs::recursive_directory_iterator(root); entry != fs::end(entry); ++entry) {
    const std::string name = entry->path().filename().string();
    if (entry->is_directory() && (name.front() == '.' || name == "build" || name == "node_modules"))
      entry.disable_recursion_pending();
    if (entry->is_regular_file() && entry->path().extension() == ".md")
      found.push_back(entry->path());
  }
  REQUIRE_FALSE(found.empty());
  return found;
}

// What the pattern's first group finds in the text.
std::vector<std::string> found_in(const std::string& text, const std::regex& pattern) {
  std::vector<std::string> found;
  for (std::sregex_iterator one(text.begin(), text.end(), pattern), end; one != end; ++one)
    found.push_back((*one)[1]);
  return found;
}

// The lines outside code: in C++, [](int x) is no link.
std::vector<std::string> prose_of(const fs::path& document) {
  static const std::regex code("`[^`]*`");
  std::vector<std::string> prose;
  bool fenced = false;
  for (const std::string& line : lines_of(document)) {
    const bool fence =
        line.find("```") == line.find_first_not_of(' ') && line.find("```") != std::string::npos;
    if (fence) fenced = !fenced;
    if (!fenced && !fence) prose.push_back(std::regex_replace(line, code, ""));
  }
  return prose;
}

// Targets on this disk of [text](target), ![text](target "title"), src="target", [name]: target.
std::vector<std::string> links_of(const fs::path& document) {
  static const std::array patterns{std::regex(R"(\]\(<?([^)\s>]+))"),
                                   std::regex(R"((?:src|href|srcset)="([^"\s]+))"),
                                   std::regex(R"(^\[[^\]]+\]:\s*<?([^\s>]+))")};
  static const std::regex elsewhere("^([a-z]+:|#).*");
  std::vector<std::string> links;
  for (const std::string& line : prose_of(document)) {
    for (const std::regex& pattern : patterns) {
      for (const std::string& link : found_in(line, pattern)) {
        if (!std::regex_match(link, elsewhere)) links.push_back(link.substr(0, link.find('#')));
      }
    }
  }
  return links;
}

// The verbs of ./prise, from its own usage, lines such as "  ./prise run NN   plays a lesson".
std::set<std::string> verbs() {
  static const std::regex usage(R"(^  \./prise ([a-z]+))");
  std::set<std::string> found;
  for (const std::string& line : lines_of(root / "prise")) {
    for (const std::string& verb : found_in(line, usage))
      found.insert(verb);
  }
  return found;
}

// The "NN" and "NN program" that ./prise run takes.
std::set<std::string> lessons_and_programs() {
  std::set<std::string> found;
  for (const auto& folder : fs::directory_iterator(root / "lessons")) {
    if (!folder.is_directory()) continue;
    const std::string number = folder.path().filename().string().substr(0, 2);
    found.insert(number);
    for (const auto& file : fs::directory_iterator(folder)) {
      const bool script = file.path().extension().empty() && file.path().filename() != "transcript";
      if (script || file.path().extension() == ".cpp")
        found.insert(number + " " + file.path().stem().string());
    }
  }
  return found;
}

std::set<std::string> presets() {
  static const std::regex name(R"re("name": "([a-z]+)")re");
  std::set<std::string> found;
  for (const std::string& line : lines_of(root / "CMakePresets.json")) {
    for (const std::string& preset : found_in(line, name))
      found.insert(preset);
  }
  return found;
}

// Whatever the documents' lines, code included, say in the pattern's first group is known.
void check_all_known(const std::regex& pattern, const std::set<std::string>& known) {
  REQUIRE_FALSE(known.empty());
  for (const fs::path& document : documents()) {
    for (const std::string& line : lines_of(document)) {
      for (const std::string& said : found_in(line, pattern)) {
        INFO(fs::relative(document, root).string() << " says: " << line);
        INFO(said << " does not exist");
        CHECK(known.contains(said));
      }
    }
  }
}

}  // namespace

TEST_CASE("every relative link of a document leads somewhere", "[documents]") {
  for (const fs::path& document : documents()) {
    for (const std::string& link : links_of(document)) {
      INFO(fs::relative(document, root).string() << " links to " << link);
      CHECK(fs::exists(document.parent_path() / link));
    }
  }
}

TEST_CASE("every figure tells in French what it shows, and has its colours for the dark",
          "[documents]") {
  for (const auto& figure : fs::directory_iterator(root / "slides" / "figures")) {
    if (figure.path().extension() != ".svg") continue;
    INFO(figure.path().filename().string());
    const std::string text = text_of(figure.path());
    for (const std::string needed :
         {"<title", "<desc", "xml:lang=\"fr\"", "prefers-color-scheme: dark"})
      CHECK(text.find(needed) != std::string::npos);
  }
}

TEST_CASE("the page of the lessons and the instructor's lead to every lesson", "[documents]") {
  for (const std::string page : {"lessons/README.md", "tests/TEACHING.md"}) {
    INFO(page);
    const std::string text = text_of(root / page);
    for (const auto& folder : fs::directory_iterator(root / "lessons")) {
      if (!folder.is_directory()) continue;
      const std::string name = folder.path().filename().string();
      INFO(name);
      CHECK(text.find(name + "/README.md)") != std::string::npos);
    }
  }
}

TEST_CASE("every verb of ./prise that a document names is in its usage", "[documents]") {
  check_all_known(std::regex(R"(\./prise ([a-z]+))"), verbs());
}

TEST_CASE("every lesson and program that a document runs exists", "[documents]") {
  check_all_known(std::regex(R"(\./prise run ([0-9][0-9](?: [a-z_0-9]+)?))"),
                  lessons_and_programs());
}

TEST_CASE("every preset that a document names exists", "[documents]") {
  check_all_known(std::regex(R"(--preset ([a-z]+))"), presets());
}

TEST_CASE("every program of a lesson opens with its point, what is new, what is kept, what to try",
          "[documents]") {
  for (const auto& entry : fs::recursive_directory_iterator(root / "lessons")) {
    const std::string name = entry.path().filename().string();
    if (entry.path().extension() != ".cpp" || name == "exercise.cpp" || name == "solution.cpp")
      continue;
    const std::vector<std::string> lines = lines_of(entry.path());
    if (std::find_if(lines.begin(), lines.end(), [](const std::string& line) {
          return line.starts_with("int main(");
        }) == lines.end())
      continue;
    INFO(entry.path().string());
    std::size_t at = 0;
    for (const std::string opening : {"// Point: ", "// New: ", "// Kept: ", "// Try: "}) {
      while (at < lines.size() && lines[at].starts_with("//  "))
        ++at;  // the one before goes on
      REQUIRE(at < lines.size());
      CHECK(lines[at++].starts_with(opening));
    }
  }
}
