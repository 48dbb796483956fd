#include "benchmarks/ratio_reporter.hpp"

#include <algorithm>
#include <cstdio>

namespace prise::benchmarks {
namespace {

bool ours(const std::string& who) {
  return who.rfind("prise", 0) == 0;
}

}  // namespace

void RatioReporter::ReportRuns(const std::vector<Run>& runs) {
  ConsoleReporter::ReportRuns(runs);
  for (const Run& run : runs)
    if (!run.error_occurred && (run.repetitions == 1 || run.aggregate_name == "median")) add(run);
}

void RatioReporter::add(const Run& run) {
  const std::string& full = run.run_name.function_name;
  const std::size_t slash = full.rfind('/');
  const std::string name = full.substr(0, slash);
  const auto bytes = run.counters.find("bytes_per_second");
  const auto items = run.counters.find("items_per_second");
  const bool counts_bytes = bytes != run.counters.end();
  const double per_second = counts_bytes ? bytes->second.value : items->second.value;
  auto found =
      std::find_if(cases_.begin(), cases_.end(), [&](const Case& one) { return one.name == name; });
  if (found == cases_.end())
    found = cases_.insert(found, Case{name, counts_bytes ? "GB/s" : "G/s", {}});
  found->measures.push_back({full.substr(slash + 1), per_second});
}

void RatioReporter::Finalize() {
  std::printf("\n%-22s %s\n", "case", "each, and ours to the best of the others");
  for (const Case& one : cases_)
    print(one);
}

void RatioReporter::print(const Case& one) {
  double best_peer = 0;
  std::printf("%-22s", one.name.c_str());
  for (const Measure& measure : one.measures) {
    std::printf(" %s %.3g %s;", measure.who.c_str(), measure.per_second / 1e9, one.unit.c_str());
    if (!ours(measure.who)) best_peer = std::max(best_peer, measure.per_second);
  }
  for (const Measure& measure : one.measures)
    if (ours(measure.who) && best_peer > 0)
      std::printf("  %s x%.2f", measure.who.c_str(), measure.per_second / best_peer);
  std::printf("\n");
}

}  // namespace prise::benchmarks
