// What a run has shown: a line a case, a table, JSON; and whether that is what was expected.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "conformance/judge.hpp"

namespace prise::conformance {

std::string line_of(const Result& result);
std::string table_of(const std::vector<Result>& results);  // a line a section, then the sum
std::string json_of(const std::vector<Result>& results);

// Known deviations: which verdicts a case may have; one that is not here must be OK, or
// informational. In a file: "4.1.3 NON-STRICT" a line, more than one verdict for what depends on
// the moment, "#" before a remark. Throws std::runtime_error.
using Deviations = std::map<std::string, std::vector<Verdict>>;
Deviations deviations_in(const std::filesystem::path& file);

// What differs from them, a line each; empty: nothing. Deviations of cases that did not run are
// passed over.
std::vector<std::string> surprises(const std::vector<Result>& results,
                                   const Deviations& deviations);

}  // namespace prise::conformance
