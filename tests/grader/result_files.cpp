#include "grader/result_files.hpp"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "grader/present.hpp"
#include "visible_text.hpp"

namespace prise::grader {
namespace {

using check::Verdict;
using nlohmann::json;

constexpr const char* nothing_handed_in = "Aucun fichier n'a été rendu.";

std::string dumped(const json& value) {
  return value.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words)
    text += (text.empty() ? "" : "|") + word;
  return text;
}

std::string csv_field(std::string text) {
  if (!text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos)
    text.insert(0, "'");
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text)
    quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

// What a report says, as the student would read it, with every hint: for the instructor.
std::string text_of(const Result& result, const Cache& cache) {
  return presented(*result.exercise, cache.read(result.key).report, 3, Cut::never);
}

std::string xml_line(const std::string& text) {
  return escaped_for_xml(visible_text(text));
}

std::string xml_text(const std::string& text) {
  std::string escaped;
  std::size_t begin = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
    escaped += xml_line(text.substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
  return escaped + xml_line(text.substr(begin));
}

struct Counts {
  int tests = 0, failures = 0, errors = 0, skipped = 0;
  double seconds = 0;

  void add(const Result& result) {
    ++tests;
    seconds += result.seconds;
    skipped += result.missing;
    errors += !result.missing && result.verdict == Verdict::internal_error;
    failures += !result.missing && result.verdict != Verdict::internal_error && result.score() == 0;
  }
  std::string attributes() const {
    return fmt::format(R"(tests="{}" failures="{}" errors="{}" skipped="{}" time="{:.3f}")", tests,
                       failures, errors, skipped, seconds);
  }
};

std::string testcase_of(const Result& result, const Cache& cache) {
  const std::string begin =
      fmt::format(R"(    <testcase classname="{}" name="{}" time="{:.3f}">)",
                  xml_line(result.student), xml_line(result.exercise->name), result.seconds);
  std::string inner;
  if (result.missing) {
    inner = fmt::format("<skipped message=\"{}\"/>", nothing_handed_in);
  } else if (result.verdict != Verdict::passed) {
    const char* element = result.verdict == Verdict::internal_error ? "error" : "failure";
    inner = fmt::format("<{0} type=\"{1}\" message=\"{2}\">{3}</{0}>", element,
                        check::name_of(result.verdict), xml_line(joined(result.mistakes)),
                        xml_text(text_of(result, cache)));
  }
  return begin + inner + "</testcase>\n";
}

json gradescope_test(const Result& result, const Cache& cache) {
  const bool counted = result.score().has_value();
  std::string output = nothing_handed_in;
  if (!result.missing) output = text_of(result, cache);
  json test{{"name", "Exercice " + result.exercise->number()},
            {"number", result.exercise->number()},
            {"score", result.score().value_or(0)},
            {"max_score", counted ? Result::score_max : 0},
            {"output", output},
            {"output_format", "text"},
            {"name_format", "text"},
            {"visibility", "visible"},
            {"tags", result.mistakes},
            {"extra_data", {{"verdict", result.missing ? "" : check::name_of(result.verdict)}}}};
  if (counted) test["status"] = result.score() == Result::score_max ? "passed" : "failed";
  return test;
}

json json_result(const Result& result, const Cache& cache) {
  json one{{"student", result.student},
           {"exercise", result.exercise->name},
           {"missing", result.missing},
           {"score", nullptr},
           {"max_score", Result::score_max}};
  if (result.score()) one["score"] = *result.score();
  if (result.missing) return one;
  one["verdict"] = check::name_of(result.verdict);
  one["seconds"] = result.seconds;
  one["report"] = to_json(cache.read(result.key).report);
  return one;
}

}  // namespace

std::string csv_of(const Gradebook& book) {
  std::string text = "student,exercise,verdict,score,max_score,mistake,seconds\r\n";
  for (const Result& result : book.results) {
    if (result.missing) continue;
    const std::string score = result.score() ? std::to_string(*result.score()) : "";
    text += fmt::format("{},{},{},{},{},{},{:.2f}\r\n", csv_field(result.student),
                        csv_field(result.exercise->name), check::name_of(result.verdict), score,
                        Result::score_max, csv_field(joined(result.mistakes)), result.seconds);
  }
  return text;
}

std::string junit_of(const Gradebook& book, const Cache& cache) {
  Counts all;
  std::string suites;
  for (std::size_t student = 0; student < book.students.size(); ++student) {
    Counts counts;
    std::string cases;
    for (std::size_t exercise = 0; exercise < book.exercises->size(); ++exercise) {
      const Result& result = book.at(student, exercise);
      counts.add(result);
      all.add(result);
      cases += testcase_of(result, cache);
    }
    suites += fmt::format("  <testsuite name=\"{}\" {}>\n{}  </testsuite>\n",
                          xml_line(book.students[student]), counts.attributes(), cases);
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"prise\" "
      "{}>\n{}</testsuites>\n",
      all.attributes(), suites);
}

std::string gradescope_of(const Gradebook& book, std::size_t student, const Cache& cache) {
  int score = 0;
  double seconds = 0;
  json tests = json::array();
  for (std::size_t exercise = 0; exercise < book.exercises->size(); ++exercise) {
    const Result& result = book.at(student, exercise);
    score += result.score().value_or(0);
    seconds += result.seconds;
    tests.push_back(gradescope_test(result, cache));
  }
  return dumped({{"score", score},
                 {"execution_time", seconds},
                 {"output", fmt::format("Exercices réussis : {} sur {}.", score, tests.size())},
                 {"output_format", "text"},
                 {"test_output_format", "text"},
                 {"test_name_format", "text"},
                 {"visibility", "visible"},
                 {"stdout_visibility", "hidden"},
                 {"extra_data", {{"student", book.students[student]}}},
                 {"tests", tests},
                 {"leaderboard", json::array()}});
}

std::string json_of(const Gradebook& book, const Cache& cache, const std::string& seed) {
  // Put together row by row: only one report is in memory as a tree of values.
  std::string text = fmt::format("{{\"version\": 1, \"seed\": {}, \"results\": [\n",
                                 json(seed).dump(-1, ' ', false, json::error_handler_t::replace));
  for (std::size_t i = 0; i < book.results.size(); ++i) {
    text += i == 0 ? "" : ",\n";
    text +=
        json_result(book.results[i], cache).dump(-1, ' ', false, json::error_handler_t::replace);
  }
  return text + "\n]}\n";
}

}  // namespace prise::grader
