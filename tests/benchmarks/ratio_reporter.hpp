// Prints each benchmark as it runs, and at the end one row for each case: ours, the peers, and what
// we are to the best of them.
#pragma once

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

namespace prise::benchmarks {

// Benchmarks are named "what/size/who"; those that share "what/size" are one case.
class RatioReporter : public benchmark::ConsoleReporter {
public:
  RatioReporter() : ConsoleReporter{OO_Tabular} {}
  void ReportRuns(const std::vector<Run>& runs) override;
  void Finalize() override;

private:
  struct Measure {
    std::string who;
    double per_second;  // bytes, or items
  };
  struct Case {
    std::string name;
    std::string unit;
    std::vector<Measure> measures;
  };

  void add(const Run& run);
  static void print(const Case& one);

  std::vector<Case> cases_;
};

}  // namespace prise::benchmarks
