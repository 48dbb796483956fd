// The guides hold: what they show is what the transcripts play, and what they name exists.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "support/catch.hpp"

namespace fs = std::filesystem;

namespace {

using Lines = std::vector<std::string>;
const fs::path root = PRISE_SOURCE_DIR;

Lines lines_of(const fs::path& path) {
  std::ifstream file(path);
  Lines lines;
  for (std::string line; std::getline(file, line);)
    lines.push_back(line);
  return lines;
}

fs::path guide_path(const std::string& lesson) {
  return root / "lessons" / lesson / "README.md";
}

// "01_tcp_connect" → its programs.
std::map<std::string, std::set<std::string>> all_lessons() {
  std::map<std::string, std::set<std::string>> found;
  for (const std::string& line : lines_of(PRISE_PROGRAMS)) {
    const std::size_t slash = line.find('/');
    found[line.substr(0, slash)].insert(line.substr(slash + 1));
  }
  REQUIRE_FALSE(found.empty());
  return found;
}

// Those that have a guide: the first test says which has none.
std::map<std::string, std::set<std::string>> lessons() {
  auto found = all_lessons();
  std::erase_if(found, [](const auto& one) { return !fs::exists(guide_path(one.first)); });
  return found;
}

Lines guide_of(const std::string& lesson) {
  Lines lines = lines_of(guide_path(lesson));
  REQUIRE_FALSE(lines.empty());
  return lines;
}

std::string joined(const Lines& lines) {
  std::string text;
  for (const std::string& line : lines)
    text += line + "\n";
  return text;
}

// The blocks between ```info and ```.
std::vector<Lines> fenced(const Lines& lines, const std::string& info) {
  std::vector<Lines> blocks;
  bool inside = false, wanted = false;
  for (const std::string& line : lines) {
    if (line.starts_with("```")) {
      inside = !inside;
      wanted = inside && line == "```" + info;
      if (wanted) blocks.emplace_back();
    } else if (wanted) {
      blocks.back().push_back(line);
    }
  }
  CHECK_FALSE(inside);
  return blocks;
}

struct Scene {
  std::string title;
  Lines lines;  // from the first $ to the last, as they stand
};

std::vector<Scene> scenes_of(const std::string& lesson) {
  std::vector<Scene> scenes(1);
  for (const std::string& line : lines_of(root / "lessons" / lesson / "transcript")) {
    if (line.starts_with("== ")) {
      scenes.push_back({line.substr(3), {}});
    } else if (!line.starts_with("port ") && !line.starts_with("#")) {
      Lines& lines = scenes.back().lines;
      if (!lines.empty() || !line.empty()) lines.push_back(line);
    }
  }
  for (Scene& scene : scenes)
    while (!scene.lines.empty() && scene.lines.back().empty())
      scene.lines.pop_back();
  std::erase_if(scenes, [](const Scene& scene) { return scene.lines.empty(); });
  return scenes;
}

bool holds(const Lines& block, const Lines& part) {
  return std::search(block.begin(), block.end(), part.begin(), part.end()) != block.end();
}

std::set<std::string> found_in(const std::string& text, const std::string& pattern) {
  const std::regex expression(pattern);
  std::set<std::string> found;
  for (std::sregex_iterator one(text.begin(), text.end(), expression), end; one != end; ++one)
    found.insert((*one)[1]);
  return found;
}

}  // namespace

TEST_CASE("every lesson has a guide", "[guide]") {
  for (const auto& [lesson, programs] : all_lessons()) {
    INFO(lesson);
    CHECK(fs::exists(guide_path(lesson)));
  }
}

TEST_CASE("each scene of a transcript stands word for word in its guide", "[guide]") {
  for (const auto& [lesson, programs] : lessons()) {
    const std::vector<Lines> blocks = fenced(guide_of(lesson), "transcript");
    const std::vector<Scene> scenes = scenes_of(lesson);
    CHECK_FALSE(scenes.empty());
    for (const Scene& scene : scenes) {
      INFO(lesson << ", « " << scene.title << " »:\n" << joined(scene.lines));
      CHECK(std::any_of(blocks.begin(), blocks.end(),
                        [&scene](const Lines& block) { return holds(block, scene.lines); }));
    }
  }
}

TEST_CASE("a guide shows no exchange that is not played", "[guide]") {
  for (const auto& [lesson, programs] : lessons()) {
    const std::vector<Scene> scenes = scenes_of(lesson);
    for (const Lines& block : fenced(guide_of(lesson), "transcript")) {
      INFO(lesson << ":\n" << joined(block));
      CHECK(std::any_of(scenes.begin(), scenes.end(),
                        [&block](const Scene& scene) { return holds(block, scene.lines); }));
    }
  }
}

TEST_CASE("a guide has its sections, in their order", "[guide]") {
  const Lines titles{"## L'idée",
                     "## Lancer",
                     "## Ce qu'il faut voir",
                     "## De Python à C++",
                     "## Trois choses à casser",
                     "## Les erreurs classiques",
                     "## Exercice",
                     "## Et ensuite"};
  for (const auto& [lesson, programs] : lessons()) {
    INFO("lessons/" << lesson << "/README.md");
    const Lines lines = guide_of(lesson);
    CHECK(lines.front().starts_with("# Leçon " + lesson.substr(0, 2)));
    const auto question = std::find_if(lines.begin(), lines.end(),
                                       [](const auto& one) { return one.starts_with("> "); });
    auto at = std::find(lines.begin(), lines.end(), titles.front());
    CHECK(question < at);
    for (const std::string& title : titles) {
      INFO(title);
      CHECK(std::count(lines.begin(), lines.end(), title) == 1);
      const auto next = std::find(at, lines.end(), title);
      CHECK(next != lines.end());
      if (next != lines.end()) at = next;
    }
  }
}

TEST_CASE("a guide has three things to break, numbered", "[guide]") {
  for (const auto& [lesson, programs] : lessons()) {
    INFO("lessons/" << lesson << "/README.md");
    const Lines lines = guide_of(lesson);
    const auto begin = std::find(lines.begin(), lines.end(), "## Trois choses à casser");
    const auto end = std::find(begin, lines.end(), "## Les erreurs classiques");
    for (const char* number : {"1. ", "2. ", "3. "})
      CHECK(std::count_if(begin, end, [&](const auto& line) { return line.starts_with(number); }) ==
            1);
  }
}

TEST_CASE("what a guide says to run has its test", "[guide]") {
  for (const auto& [lesson, programs] : lessons()) {
    INFO("see tests/lessons/guides/guide.py");
    INFO(lesson);
    CHECK(fs::exists(root / "tests/lessons/guides" / ("claims_" + lesson.substr(0, 2) + ".py")));
  }
}

// Those that the check names when it fails: whoever looks one up in the guide finds it.
TEST_CASE("a guide's classic mistakes are those of the check, under the same names", "[guide]") {
  for (const auto& [lesson, programs] : lessons()) {
    const Lines lines = guide_of(lesson);
    const auto begin = std::find(lines.begin(), lines.end(), "## Les erreurs classiques");
    const std::string text = joined({begin, std::find(begin, lines.end(), "## Et ensuite")});
    const std::string hints = joined(lines_of(root / "tests/exercises" / lesson / "hints.json"));
    const auto mistakes = found_in(hints, R"re(\n    "([a-z0-9_]+)": \{)re");
    CHECK_FALSE(mistakes.empty());
    for (const std::string& mistake : mistakes) {
      INFO("lessons/" << lesson << "/README.md is silent about " << mistake);
      CHECK(text.find("`" + mistake + "`") != std::string::npos);
    }
  }
}

// That the file is there is for tests/unit/documents_test.cpp.
TEST_CASE("a guide has a picture, and says in words what it shows", "[guide]") {
  for (const auto& [lesson, programs] : lessons()) {
    INFO("lessons/" << lesson << "/README.md");
    CHECK_FALSE(found_in(joined(guide_of(lesson)), R"(!\[[^\]]+\]\(([^)]+)\))").empty());
  }
}

TEST_CASE("a program that a guide tells to run exists", "[guide]") {
  const auto all = all_lessons();
  for (const auto& [lesson, programs] : lessons()) {
    const std::string text = joined(guide_of(lesson));
    for (const std::string& run : found_in(text, "\\./prise run ([0-9]+(?: [a-z_0-9]+)?)")) {
      INFO(lesson << " says ./prise run " << run);
      const auto found = std::find_if(all.begin(), all.end(), [&run](const auto& one) {
        return one.first.starts_with(run.substr(0, 2) + "_");
      });
      REQUIRE(found != all.end());
      const fs::path folder = root / "lessons" / found->first;
      const bool own = run.ends_with(" exercise") && fs::exists(folder / "exercise.cpp");
      const bool script = run.size() > 3 && fs::exists(folder / run.substr(3));
      if (run.size() > 3 && !own && !script) CHECK(found->second.contains(run.substr(3)));
    }
    // Each program of the lesson is spoken of.
    for (const std::string& program : programs) {
      INFO(lesson << " is silent about " << program);
      CHECK(text.find(program) != std::string::npos);
    }
  }
}

TEST_CASE("a file that a guide names exists", "[guide]") {
  for (const auto& [lesson, programs] : lessons()) {
    const std::string text = joined(guide_of(lesson));
    for (const std::string& name : found_in(text, "`([A-Za-z0-9_./]+\\.(?:cpp|hpp|py|txt|md))`")) {
      INFO(lesson << " names " << name);
      const bool exists = fs::exists(root / "lessons" / lesson / name) || fs::exists(root / name) ||
                          fs::exists(root / "common" / name) || fs::exists(root / "lessons" / name);
      const bool of_the_notes = name.ends_with(".py");
      const bool to_write = name == "exercise.cpp";
      CHECK((exists || of_the_notes || to_write));
    }
  }
}

TEST_CASE("the C++ that a guide quotes stands in one of its programs", "[guide]") {
  for (const auto& [lesson, programs] : lessons()) {
    Lines sources;
    for (const auto& entry : fs::directory_iterator(root / "lessons" / lesson)) {
      const std::string extension = entry.path().extension().string();
      if (extension != ".cpp" && extension != ".hpp") continue;
      for (std::string line : lines_of(entry.path())) {
        line.erase(0, line.find_first_not_of(' '));
        sources.push_back(line);
      }
    }
    for (const Lines& block : fenced(guide_of(lesson), "cpp")) {
      for (std::string line : block) {
        line.erase(0, line.find_first_not_of(' '));
        if (line.empty() || line == "…" || line == "// …") continue;
        INFO(lesson << " quotes: " << line);
        CHECK(std::find(sources.begin(), sources.end(), line) != sources.end());
      }
    }
  }
}
