// What a check found, as the check program hands it to whoever shows or counts it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace prise::check {

enum class Verdict {
  passed,
  failed,
  timed_out,
  crashed,
  too_much_output,
  does_not_compile,
  internal_error
};

std::string name_of(Verdict verdict);  // "timed_out": as in the result files of ./prise grade
Verdict verdict_named(const std::string& name);  // internal_error for a name that is none

// The first thing that went wrong. Texts are French and whole: cutting them is the screen's
// business.
struct Report {
  Verdict verdict = Verdict::passed;
  std::vector<std::string>
      mistakes;        // ids of the catalogue, the likeliest first; at most two; may be empty
  std::string trying;  // « Essai »
  std::string expected;
  std::string actual;
  std::vector<std::string> exchange;  // line by line, up to there
  std::string seed;                   // of the hostile delivery: --seed replays it
  int trials_passed = 0;              // what was tried before, and went well
  std::string remark;                 // what else the reader must know; usually empty
};

nlohmann::json to_json(const Report& report);
Report report_from_json(
    const nlohmann::json& json);  // throws nlohmann::json::exception on another shape

}  // namespace prise::check
