// One student's file, from source to verdict: compiled, then run by its check program.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "exercises/support/verdict.hpp"
#include "grader/exercise.hpp"
#include "support/process.hpp"

namespace prise::grader {

using check::Report;
using check::Verdict;
using testing::Seconds;

// A folder of our own that goes away with its content.
class TemporaryFolder {
public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

private:
  std::filesystem::path path_;
};

// Around what is run: nothing for one's own program, a sandbox's commands for a class's.
struct Walls {
  std::vector<std::string> around_compiler;
  std::vector<std::string> around_checker;  // a network of its own
  std::vector<std::string> around_program;
  std::uint64_t memory_bytes_max = 0;  // of all that the program is and starts; 0: as it likes
};

struct ExamineSettings {
  std::string seed = "1";
  Seconds patience = Seconds(3);  // for each thing that is waited for
  Seconds compile_time = Seconds(60);
  Seconds check_time = Seconds(60);  // the whole check
  Walls walls = {};
  const std::atomic<bool>* interrupted = nullptr;  // once true, examine throws Interrupted
  bool warnings_are_errors = false;                // for the course's own starters
  std::filesystem::path prelude = {};              // compiled by compile_prelude; empty: none
  bool sanitized = true;  // where the machine cannot start such a program, examine goes on without
};

inline constexpr std::size_t source_bytes_max = 1 << 20;

struct Interrupted {};

// Where, in the folder given to examine, the compiler writes, and nothing else of ours is.
std::filesystem::path made_folder(const std::filesystem::path& folder);

// Never throws for what the student wrote; what goes wrong around it is an internal_error.
// folder: where the program is made and the report written; it must exist.
Report examine(const Exercise& exercise, const std::filesystem::path& source,
               const std::filesystem::path& folder, const ExamineSettings& settings = {});

// Compiles the header for all the programs that will be examined with it as their prelude and
// without sanitizers, which then include it first. False: the compiler refused it.
bool compile_prelude(const std::filesystem::path& header, const std::filesystem::path& compiled);

// The check once more, with another seed perhaps, of the program that examine has made in folder.
Report check_again(const Exercise& exercise, const std::filesystem::path& folder,
                   const ExamineSettings& settings);

}  // namespace prise::grader
