// The walls around a class's work, made of bubblewrap: see bwrap(1) and, for what they do and do
// not protect against, tests/README.md.
//
//   grader ─┬─ compiler   no network; sees the system, common/ and the one source file
//           └─ checker    ours, trusted; a loopback of its own, shared with
//                └─ the student's program   sees the system, itself, and a small folder in memory
//
// All of them in pid namespaces of their own, which end with everything in them.
#pragma once

#include <filesystem>
#include <string>

#include "grader/examine.hpp"

namespace prise::grader {

// Empty when walls stand on this machine; otherwise why not, in one line.
std::string why_no_sandbox();

// One for each job that runs at the same time.
class Sandbox {
public:
  explicit Sandbox(unsigned job);
  // For one examination. source: what is compiled, alone in its folder; folder: examine's own.
  Walls walls(const std::filesystem::path& source, const std::filesystem::path& folder) const;

private:
  unsigned user_;             // who the student's work runs as, when we are root
  TemporaryFolder settings_;  // what the program finds in /etc
};

}  // namespace prise::grader
