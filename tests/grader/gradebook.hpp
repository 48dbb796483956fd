// What a class's grading found, and where it is kept so that it need not be found again.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "exercises/support/verdict.hpp"
#include "grader/exercise.hpp"

namespace prise::grader {

struct Examined {
  check::Report report;
  double seconds = 0;
};

// Results by the content they are about. Files are written whole or not at all, so that graders may
// share one, be interrupted, and go on.
class Cache {
public:
  explicit Cache(std::filesystem::path folder);  // made if it is not there
  // The key of a source under everything else that decides the verdict, said in `circumstances`.
  static std::string key_of(const std::string& source, const std::string& circumstances);
  std::optional<Examined> find(const std::string& key, const std::string& source) const;
  Examined read(const std::string& key) const;  // of a key that was kept
  void keep(const std::string& key, const std::string& source, const Examined& examined);

private:
  std::filesystem::path file(const std::string& key, const char* extension) const;
  std::filesystem::path folder_;
};

// One cell of the table. The report, which may be long, stays in the cache.
struct Result {
  std::string student;
  const Exercise* exercise = nullptr;
  bool missing = true;  // nothing was handed in
  check::Verdict verdict = check::Verdict::internal_error;
  std::vector<std::string> mistakes;
  double seconds = 0;
  std::string key;

  static constexpr int score_max = 1;
  // None for an internal error: it is nobody's fault, and no point is lost by it.
  std::optional<int> score() const;
};

struct Gradebook {
  std::vector<std::string> students;
  const std::vector<Exercise>* exercises = nullptr;
  std::vector<Result> results;  // student by student, in the exercises' order

  const Result& at(std::size_t student, std::size_t exercise) const {
    return results[student * exercises->size() + exercise];
  }
};

// A file as a whole or not at all: written beside, then renamed. Throws std::system_error.
void write_whole(const std::filesystem::path& file, const std::string& content);
std::string read_whole(const std::filesystem::path& file);  // empty when there is none

}  // namespace prise::grader
