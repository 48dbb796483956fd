// The exercises there are, and what belongs to each.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace prise::grader {

// What Piste says of one mistake, at three levels.
struct Hint {
  std::string clue;     // names the mistake
  std::string more;     // says why it is one
  std::string remedy;   // says what to do
  std::string section;  // where the guide speaks of it; empty: « Les erreurs classiques »
};

struct Exercise {
  std::string name;                    // 01_tcp_connect
  std::vector<std::string> forbidden;  // files of common/ that hold the answer: "net/stream.hpp"
  std::map<std::string, Hint> hints;   // by the mistake's id

  std::string number() const { return name.substr(0, 2); }
  std::filesystem::path lesson() const;   // its folder in lessons/
  std::filesystem::path tests() const;    // its folder in tests/exercises/
  std::filesystem::path checker() const;  // the check program
};

// Where lessons/ and the student's .prise/ are: this clone, or what PRISE_COURSE names (for tests).
std::filesystem::path course_folder();

// Those whose check program is built, by number. Reads hints.json, the exercise's and the common
// one. A broken file throws std::runtime_error that names it.
std::vector<Exercise> all_exercises();
std::optional<Exercise> exercise_numbered(const std::string& number);  // "01", "1"

}  // namespace prise::grader
