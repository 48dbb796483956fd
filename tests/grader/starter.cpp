#include "grader/starter.hpp"

#include <fmt/core.h>

#include <sstream>
#include <stdexcept>

namespace prise::grader {
namespace {

enum class Part { common, solution, starter };

[[noreturn]] void fail(int number, const char* what) {
  throw std::runtime_error(fmt::format("solution.cpp, ligne {} : {}", number, what));
}

}  // namespace

std::string starter_of(std::string_view solution) {
  std::istringstream lines{std::string(solution)};
  std::string starter;
  Part part = Part::common;
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    const std::size_t first = line.find_first_not_of(' ');
    const std::string_view text =
        first == std::string::npos ? std::string_view() : std::string_view(line).substr(first);
    if (text == "//[solution]") {
      if (part != Part::common) fail(number, "//[solution] dans une région déjà ouverte");
      part = Part::solution;
    } else if (text == "//[starter]") {
      if (part != Part::solution) fail(number, "//[starter] sans //[solution]");
      part = Part::starter;
    } else if (text == "//[end]") {
      if (part == Part::common) fail(number, "//[end] sans //[solution]");
      part = Part::common;
    } else if (part == Part::starter) {
      if (!text.starts_with("//|")) fail(number, "une ligne de l'exercice commence par //|");
      starter += std::string(text.substr(3)) + "\n";
    } else if (part == Part::common) {
      starter += line + "\n";
    }
  }
  if (part != Part::common) fail(number, "il manque //[end]");
  return starter;
}

}  // namespace prise::grader
