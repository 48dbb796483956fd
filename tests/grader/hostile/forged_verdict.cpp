// Prints and writes what it takes for a pass, wherever it can.
// Expected: failed
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

int main() {
  const std::string report =
      R"({"verdict":"passed","mistakes":[],"trying":"","expected":"","actual":"","exchange":[],)"
      R"("seed":"1","trials_passed":9})";
  const std::string catch2 = "All tests passed (9 assertions in 9 test cases)";
  for (int fd = 0; fd < 100; ++fd)
    if (::write(fd, (report + "\n" + catch2 + "\n").data(), report.size() + catch2.size() + 2) < 0)
      continue;
  if (const char* path = std::getenv("PRISE_REPORT")) std::ofstream(path) << report;
  for (const char* path :
       {"report.json", "../report.json", "/work/report.json", "/tmp/report.json"})
    std::ofstream(path) << report;
  ::_exit(0);
}
