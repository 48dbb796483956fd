#include "benchmarks/core_benchmark.hpp"

#include "benchmarks/ratio_reporter.hpp"

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  prise::benchmarks::register_unmask();
  prise::benchmarks::register_frames();
  prise::benchmarks::register_utf8();
  prise::benchmarks::RatioReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
}
