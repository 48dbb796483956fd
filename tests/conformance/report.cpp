#include "conformance/report.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

namespace prise::conformance {
namespace {

// "12.3" of "12.3.4", "5" of "5.4", "P.1" of "P.1.2".
std::string section_of(const std::string& number) {
  return number.substr(0, number.rfind('.'));
}

using Counts = std::array<std::size_t, 5>;

std::string row(const std::string& name, const Counts& counts) {
  std::size_t all = 0;
  for (const std::size_t count : counts)
    all += count;
  std::string text = fmt::format("{:<8}{:>7}", name, all);
  for (const std::size_t count : counts)
    text += fmt::format("{:>15}", count == 0 ? "-" : std::to_string(count));
  return text + "\n";
}

bool expected(const Result& result, const Deviations& deviations) {
  const auto known = deviations.find(result.number);
  if (known == deviations.end())
    return result.verdict == Verdict::ok || result.verdict == Verdict::informational;
  return std::find(known->second.begin(), known->second.end(), result.verdict) !=
         known->second.end();
}

}  // namespace

std::string line_of(const Result& result) {
  return fmt::format("{:<9} {:<14} {:<62} {}{}", result.number, text_of(result.verdict),
                     result.closing, result.title, result.why.empty() ? "" : " -- " + result.why);
}

std::string table_of(const std::vector<Result>& results) {
  std::string text = fmt::format("{:<8}{:>7}", "section", "cases");
  for (int verdict = 0; verdict < 5; ++verdict)
    text += fmt::format("{:>15}", text_of(static_cast<Verdict>(verdict)));
  text += "\n";
  std::vector<std::pair<std::string, Counts>> sections;
  Counts all{};
  for (const Result& result : results) {
    const std::string section = section_of(result.number);
    if (sections.empty() || sections.back().first != section)
      sections.emplace_back(section, Counts{});
    ++sections.back().second[static_cast<std::size_t>(result.verdict)];
    ++all[static_cast<std::size_t>(result.verdict)];
  }
  for (const auto& [section, counts] : sections)
    text += row(section, counts);
  return text + row("all", all);
}

std::string json_of(const std::vector<Result>& results) {
  auto list = nlohmann::ordered_json::array();
  for (const Result& result : results)
    list.push_back({{"case", result.number},
                    {"title", result.title},
                    {"verdict", text_of(result.verdict)},
                    {"why", result.why},
                    {"closing", result.closing},
                    {"seconds", result.seconds}});
  constexpr auto bytes_as_they_may_be = nlohmann::ordered_json::error_handler_t::replace;
  return list.dump(2, ' ', false, bytes_as_they_may_be) + "\n";
}

Deviations deviations_in(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  Deviations deviations;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string number;
    if (!(words >> number)) continue;
    for (std::string word; words >> word;) {
      const auto verdict = verdict_of(word);
      if (!verdict) throw std::runtime_error("no verdict: " + line);
      deviations[number].push_back(*verdict);
    }
  }
  return deviations;
}

std::vector<std::string> surprises(const std::vector<Result>& results,
                                   const Deviations& deviations) {
  std::vector<std::string> lines;
  for (const Result& result : results)
    if (!expected(result, deviations)) lines.push_back(line_of(result));
  return lines;
}

}  // namespace prise::conformance
