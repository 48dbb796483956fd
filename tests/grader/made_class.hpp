// A class made for a test, and what ./prise grade says of it.
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "grader/examine.hpp"

namespace prise::grader {

// What a wrong or hostile program's first comment lines say must come of it.
struct Expectation {
  std::string verdict;
  std::string mistake;      // empty: any
  std::string shown;        // in the report
  std::string never_shown;  // anywhere
};
Expectation expectation_of(const std::string& source);

struct Row {
  std::string verdict, score, mistake;
  bool operator==(const Row&) const = default;
};

struct Graded {
  int status = -1;
  std::string output;
  std::map<std::string, std::map<std::string, Row>> rows;  // by student, then by exercise's name
  nlohmann::json json;                                     // --json's
  std::vector<std::string> left_behind;                    // files and processes
};

class MadeClass {
public:
  MadeClass();
  std::filesystem::path folder() const { return all_.path() / "class"; }
  std::filesystem::path file(const std::string& student, const std::string& exercise) const;
  void hand_in(const std::string& student, const std::string& exercise, const std::string& source);
  // Grades with more options; what was examined before is kept from one call to the next.
  Graded grade(std::vector<std::string> options = {}, Seconds time = Seconds(900)) const;
  testing::Command command(std::vector<std::string> options) const;  // to run it otherwise
  std::vector<std::string> left_behind() const;
  std::filesystem::path place() const { return all_.path(); }  // for result files

private:
  TemporaryFolder all_;
};

std::string text_of_file(const std::filesystem::path& file);
std::vector<std::vector<std::string>> csv_rows(const std::string& text);  // RFC 4180
bool sandbox_or_skip();  // false: says SKIPPED, which ctest understands

}  // namespace prise::grader
