#include "exercises/support/verdict.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

namespace prise::check {
namespace {

constexpr std::array names{std::pair{Verdict::passed, "passed"},
                           std::pair{Verdict::failed, "failed"},
                           std::pair{Verdict::timed_out, "timed_out"},
                           std::pair{Verdict::crashed, "crashed"},
                           std::pair{Verdict::too_much_output, "too_much_output"},
                           std::pair{Verdict::does_not_compile, "does_not_compile"},
                           std::pair{Verdict::internal_error, "internal_error"}};

}  // namespace

std::string name_of(Verdict verdict) {
  return std::find_if(names.begin(), names.end(),
                      [&](const auto& one) { return one.first == verdict; })
      ->second;
}

Verdict verdict_named(const std::string& name) {
  const auto found =
      std::find_if(names.begin(), names.end(), [&](const auto& one) { return one.second == name; });
  return found == names.end() ? Verdict::internal_error : found->first;
}

nlohmann::json to_json(const Report& report) {
  return {{"verdict", name_of(report.verdict)},
          {"mistakes", report.mistakes},
          {"trying", report.trying},
          {"expected", report.expected},
          {"actual", report.actual},
          {"exchange", report.exchange},
          {"seed", report.seed},
          {"trials_passed", report.trials_passed},
          {"remark", report.remark}};
}

Report report_from_json(const nlohmann::json& json) {
  Report report;
  report.verdict = verdict_named(json.at("verdict"));
  json.at("mistakes").get_to(report.mistakes);
  json.at("trying").get_to(report.trying);
  json.at("expected").get_to(report.expected);
  json.at("actual").get_to(report.actual);
  json.at("exchange").get_to(report.exchange);
  json.at("seed").get_to(report.seed);
  json.at("trials_passed").get_to(report.trials_passed);
  json.at("remark").get_to(report.remark);
  return report;
}

}  // namespace prise::check
