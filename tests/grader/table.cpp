#include <fmt/core.h>

#include <algorithm>

#include "grader/result_files.hpp"
#include "visible_text.hpp"

namespace prise::grader {
namespace {

using check::Verdict;

constexpr std::size_t name_width_max = 28;

const char* sign_of(const Result& result) {
  if (result.missing) return "–";
  switch (result.verdict) {
    case Verdict::passed:
      return "✓";
    case Verdict::failed:
      return "x";
    case Verdict::timed_out:
      return "T";
    case Verdict::crashed:
      return "P";
    case Verdict::too_much_output:
      return "S";
    case Verdict::does_not_compile:
      return "C";
    case Verdict::internal_error:
      break;
  }
  return "!";
}

constexpr const char* legend =
    "✓ réussi   x faux   T temps écoulé   P plantage   S sortie sans fin   C ne se compile pas\n"
    "– rien de rendu   ! la vérification elle-même a échoué : non compté\n";

bool begins_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
}

std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

// The name as a terminal may show it, cut or filled to the width.
std::string fitted(const std::string& name, std::size_t width) {
  std::string shown = visible_text(name);
  if (width_of(shown) > width) {
    std::size_t end = 0;
    for (std::size_t characters = 0; characters < width; ++end)
      characters += begins_character(shown[end]);
    shown = shown.substr(0, end - 1) + "…";
  }
  return shown + std::string(width - width_of(shown), ' ');
}

std::size_t name_width(const Gradebook& book) {
  std::size_t width = 8;
  for (const std::string& student : book.students)
    width = std::max(width, width_of(visible_text(student)));
  return std::min(width, name_width_max);
}

}  // namespace

std::string table_of(const Gradebook& book) {
  const std::size_t width = name_width(book), exercises = book.exercises->size();
  std::string text = fitted("Étudiant", width);
  for (const Exercise& exercise : *book.exercises)
    text += "  " + exercise.number();
  text += "  Total\n";
  std::vector<int> passed(exercises);
  for (std::size_t student = 0; student < book.students.size(); ++student) {
    text += fitted(book.students[student], width);
    int total = 0;
    for (std::size_t exercise = 0; exercise < exercises; ++exercise) {
      const Result& result = book.at(student, exercise);
      text += std::string("   ") + sign_of(result);
      total += result.score().value_or(0);
      passed[exercise] += result.score().value_or(0);
    }
    text += fmt::format("  {:>5}\n", fmt::format("{}/{}", total, exercises));
  }
  text += fitted("Réussis", width);
  for (const int count : passed)
    text += fmt::format("{:>4}", count);
  return text + "\n" + legend;
}

}  // namespace prise::grader
