#include "grader/present.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <sstream>

#include "visible_text.hpp"

namespace prise::grader {
namespace {

using check::Report;
using check::Verdict;

constexpr std::size_t exchange_lines_max = 20;
constexpr std::size_t text_bytes_max = 3000;

std::string headline(const Exercise& exercise, const Report& report) {
  switch (report.verdict) {
    case Verdict::passed:
      return fmt::format("Exercice {} : réussi.", exercise.number());
    case Verdict::failed:
      return fmt::format("Exercice {} : pas encore.", exercise.number());
    case Verdict::timed_out:
      return fmt::format("Exercice {} : le temps est écoulé.", exercise.number());
    case Verdict::crashed:
      return fmt::format("Exercice {} : le programme s'est arrêté brutalement.", exercise.number());
    case Verdict::too_much_output:
      return fmt::format("Exercice {} : le programme écrit sans fin.", exercise.number());
    case Verdict::does_not_compile:
      return fmt::format("Exercice {} : le fichier ne se compile pas.", exercise.number());
    case Verdict::internal_error:
      break;
  }
  return fmt::format("Exercice {} : la vérification elle-même a échoué. Ce n'est pas votre faute.",
                     exercise.number());
}

// Several lines stand indented under their title; visible_text would show their ends as \n.
std::string block(const std::string& title, const std::string& text, Cut cut) {
  std::string shown = text;
  if (cut == Cut::for_screen && shown.size() > text_bytes_max) {
    std::size_t end = text_bytes_max;
    while ((shown[end] & 0xC0) == 0x80)
      --end;  // not in the middle of a character
    shown = shown.substr(0, end) + "… (la suite est dans le journal)";
  }
  std::string result = fmt::format("  {:<9}", title);
  std::istringstream lines(shown);
  bool first = true;
  for (std::string line; std::getline(lines, line); first = false)
    result += (first ? "" : "           ") + visible_text(line) + "\n";
  return first ? result + "\n" : result;
}

std::string exchange_block(const Report& report, Cut cut) {
  if (report.exchange.empty()) return "";
  const std::size_t count = report.exchange.size();
  const std::size_t skipped =
      cut == Cut::for_screen && count > exchange_lines_max ? count - exchange_lines_max : 0;
  std::string text =
      "  Échange jusque-là" +
      (skipped == 0 ? std::string(" :\n")
                    : fmt::format(" (les {} dernières lignes) :\n", exchange_lines_max));
  for (std::size_t i = skipped; i < count; ++i)
    text += "    " + visible_text(report.exchange[i]) + "\n";
  return text;
}

std::string hint_blocks(const Exercise& exercise, const Report& report, int level, Cut cut) {
  std::string text;
  for (const std::string& id : report.mistakes) {
    const auto found = exercise.hints.find(id);
    if (found == exercise.hints.end()) continue;
    const Hint& hint = found->second;
    std::string lines = hint.clue;
    if (level >= 2) lines += "\n" + hint.more;
    if (level >= 3) lines += "\n" + hint.remedy;
    const std::string section = hint.section.empty() ? "Les erreurs classiques" : hint.section;
    lines += fmt::format("\n[{}] Voyez lessons/{}/README.md, « {} ».", id, exercise.name, section);
    text += block("Piste", lines, cut);
  }
  return text;
}

}  // namespace

std::string presented(const Exercise& exercise, const Report& report, int hint_level, Cut cut) {
  std::string text = headline(exercise, report) + "\n";
  if (!report.remark.empty()) text += block("Remarque", report.remark, cut);
  if (report.verdict == Verdict::passed) return text;
  text += block("Essai", report.trying, cut);
  text += block("Attendu", report.expected, cut);
  text += block("Obtenu", report.actual, cut);
  text += exchange_block(report, cut);
  return text + hint_blocks(exercise, report, hint_level, cut);
}

}  // namespace prise::grader
