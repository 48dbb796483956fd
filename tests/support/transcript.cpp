#include "support/transcript.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <regex>

namespace prise::testing {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

[[noreturn]] void fail(std::size_t line, std::string_view what) {
  throw TranscriptError(fmt::format("transcript, ligne {} : {}", line, what));
}

bool is_number_up_to(unsigned long max, const std::string& text) {
  const bool digits = !text.empty() && text.size() <= 5 &&
                      text.find_first_not_of("0123456789") == std::string::npos;
  return digits && std::stoul(text) <= max;
}

DeclaredPort parse_port(std::string_view words, std::size_t line) {
  const std::string number(words.substr(0, words.find(' ')));
  const std::string_view rest = trimmed(words.substr(number.size()));
  if (!is_number_up_to(65535, number) || (!rest.empty() && rest != "fermé"))
    fail(line, "« port 9999 » ou « port 9998 fermé » ?");
  return {static_cast<std::uint16_t>(std::stoul(number)), rest == "fermé"};
}

// « Vous : «Salut» », « Vous : ^D »
Step parse_typed(std::size_t line, std::string label, std::string_view text) {
  constexpr std::string_view open = "«", close = "»";
  for (const auto& [key, kind] :
       {std::pair{"^D", StepKind::press_ctrl_d}, std::pair{"^C", StepKind::press_ctrl_c}}) {
    if (text.ends_with(key))
      return {line, kind, std::move(label), "", std::string(text.substr(0, text.size() - 2))};
  }
  const std::size_t begin = text.find(open);
  if (begin == std::string_view::npos || !text.ends_with(close))
    fail(line, "ce qui est tapé s'écrit entre « et », ou ^D, ou ^C");
  const std::size_t first = begin + open.size();
  return {line, StepKind::type, std::move(label),
          std::string(text.substr(first, text.size() - close.size() - first)),
          std::string(text.substr(0, begin))};
}

Step parse_step(std::size_t number, std::string_view line) {
  const std::size_t end_of_label = line.find(' ');
  if (end_of_label == std::string_view::npos) fail(number, "il manque $ | ~ > ? ou = après le nom");
  std::string label(line.substr(0, end_of_label));
  const std::size_t sign = line.find_first_not_of(' ', end_of_label);
  if (sign == std::string_view::npos) fail(number, "il manque $ | ~ > ? ou = après le nom");
  // One space belongs to the sign; a prompt, and only it, may end with spaces of its own.
  std::string_view text = line.substr(sign + 1);
  if (text.starts_with(' ')) text.remove_prefix(1);
  switch (line[sign]) {
    case '$':
      return {number, StepKind::start, label, std::string(text), ""};
    case '|':
      return {number, StepKind::print, label, std::string(text), ""};
    case '~':
      return {number, StepKind::print_any_order, label, std::string(text), ""};
    case '?':
      return {number, StepKind::prompt, label, std::string(trimmed(text)), ""};
    case '=':
      if (!is_number_up_to(255, std::string(text)))
        fail(number, "après = vient le statut de fin, de 0 à 255");
      return {number, StepKind::end, label, std::string(text), ""};
    case '>':
      return parse_typed(number, label, text);
    default:
      fail(number, "le signe doit être $ | ~ > ? ou =");
  }
}

void check_labels(const Scene& scene) {
  std::vector<std::string> started;
  for (const Step& step : scene.steps) {
    if (step.kind == StepKind::start)
      started.push_back(step.label);
    else if (std::find(started.begin(), started.end(), step.label) == started.end())
      fail(step.line, "« " + step.label + " » n'a pas été lancé ($) dans cette scène");
  }
}

const std::map<std::string, std::string, std::less<>> placeholder_kinds{
    {"port", "[0-9]{1,5}"},
    {"adresse", "[0-9a-fA-F:.]+"},
    {"nombre", "[0-9]+(?:[.,][0-9]+)?"},
    {"texte", ".*"}};

std::string escaped_for_regex(std::string_view text) {
  std::string escaped;
  for (const char character : text) {
    if (std::string_view(R"(\^$.|?*+()[]{})").find(character) != std::string_view::npos)
      escaped += '\\';
    escaped += character;
  }
  return escaped;
}

// An expected line as a regular expression, with the names of its groups in order.
struct Pattern {
  std::string expression;
  std::vector<std::string> names;
};

Pattern pattern_of(std::string_view expected, const Bindings& bindings) {
  static const std::regex placeholder("<(port|adresse|nombre|texte)(-[0-9]+)?>");
  Pattern pattern;
  const std::string text(expected);
  std::size_t done = 0;
  for (std::sregex_iterator found(text.begin(), text.end(), placeholder), end; found != end;
       ++found) {
    const auto at = static_cast<std::size_t>(found->position());
    pattern.expression += escaped_for_regex(expected.substr(done, at - done));
    done = at + static_cast<std::size_t>(found->length());
    const std::string name = found->str(), kind = found->str(1);
    const bool once = kind == "port" || kind == "adresse";
    if (const auto bound = bindings.find(name); once && bound != bindings.end()) {
      pattern.expression += escaped_for_regex(bound->second);
    } else {
      pattern.expression += "(" + placeholder_kinds.find(kind)->second + ")";
      pattern.names.push_back(once ? name : "");
    }
  }
  pattern.expression += escaped_for_regex(expected.substr(done));
  return pattern;
}

}  // namespace

Transcript parse_transcript(std::string_view text) {
  Transcript transcript;
  transcript.scenes.push_back({});
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (trimmed(line).empty() || line.starts_with('#')) continue;
    if (line.starts_with("port aucun ")) {
      transcript.without_port.emplace_back(trimmed(line.substr(11)));
    } else if (line.starts_with("port ")) {
      transcript.ports.push_back(parse_port(trimmed(line.substr(5)), number));
    } else if (line.starts_with("== ")) {
      if (!transcript.scenes.back().steps.empty()) transcript.scenes.push_back({});
      transcript.scenes.back().title = trimmed(line.substr(3));
    } else {
      transcript.scenes.back().steps.push_back(parse_step(number, line));
    }
  }
  for (const Scene& scene : transcript.scenes)
    check_labels(scene);
  if (transcript.scenes.front().steps.empty()) fail(number, "rien à jouer");
  return transcript;
}

bool matches(std::string_view expected, std::string_view actual, Bindings& bindings) {
  const Pattern pattern = pattern_of(expected, bindings);
  std::smatch groups;
  const std::string line(actual);
  if (!std::regex_match(line, groups, std::regex(pattern.expression))) return false;
  for (std::size_t i = 0; i < pattern.names.size(); ++i) {
    if (!pattern.names[i].empty()) bindings[pattern.names[i]] = groups.str(i + 1);
  }
  return true;
}

}  // namespace prise::testing
