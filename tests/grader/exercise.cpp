#include "grader/exercise.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "grader/settings.hpp"

namespace prise::grader {
namespace {

namespace fs = std::filesystem;

nlohmann::json read_json(const fs::path& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("ce fichier ne peut pas être lu : " + path.string());
  return nlohmann::json::parse(file);
}

void add_hints(Exercise& exercise, const nlohmann::json& hints) {
  for (const auto& [id, hint] : hints.items()) {
    exercise.hints[id] = {hint.at("clue"), hint.at("more"), hint.at("remedy"),
                          hint.value("section", "")};
  }
}

Exercise read_exercise(const fs::path& folder) {
  Exercise exercise{folder.filename().string(), {}, {}};
  try {
    const nlohmann::json own = read_json(folder / "hints.json");
    add_hints(exercise, read_json(folder.parent_path() / "support" / "hints.json"));
    add_hints(exercise, own.at("mistakes"));
    own.at("forbidden").get_to(exercise.forbidden);
    return exercise;
  } catch (const nlohmann::json::exception& error) {
    throw std::runtime_error(exercise.name + "/hints.json : " + error.what());
  }
}

}  // namespace

fs::path course_folder() {
  const char* other = std::getenv("PRISE_COURSE");
  return other != nullptr ? other : source_folder;
}

fs::path Exercise::lesson() const {
  return course_folder() / "lessons" / name;
}

fs::path Exercise::tests() const {
  return fs::path(source_folder) / "tests" / "exercises" / name;
}

fs::path Exercise::checker() const {
  return fs::path(build_folder) / "tests" / "exercises" / name / ("check_" + number());
}

std::vector<Exercise> all_exercises() {
  std::vector<Exercise> exercises;
  for (const auto& entry :
       fs::directory_iterator(fs::path(source_folder) / "tests" / "exercises")) {
    if (fs::exists(entry.path() / "hints.json") && entry.path().filename() != "support")
      exercises.push_back(read_exercise(entry.path()));
  }
  std::sort(exercises.begin(), exercises.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return exercises;
}

std::optional<Exercise> exercise_numbered(const std::string& number) {
  const std::string wanted = number.size() == 1 ? "0" + number : number;
  for (Exercise& exercise : all_exercises()) {
    if (exercise.number() == wanted) return std::move(exercise);
  }
  return std::nullopt;
}

}  // namespace prise::grader
