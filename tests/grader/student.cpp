// student check NN [FILE] | watch [NN] | reset NN: what ./prise check, watch and reset do.
// Status 0: passed; 1: failed; 2: misuse.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <iostream>
#include <map>
#include <random>
#include <sstream>
#include <thread>

#include "console.hpp"
#include "explain.hpp"
#include "grader/examine.hpp"
#include "grader/present.hpp"
#include "grader/progress.hpp"
#include "grader/settings.hpp"
#include "grader/starter.hpp"

using namespace prise;
using namespace prise::grader;
namespace fs = std::filesystem;

namespace {

struct CheckOptions {
  std::string number;
  std::string file;
  std::string seed;
  bool solution = false;
  bool hint = false;
  std::string folder;  // NN_name.cpp of this one is checked; empty: the student's own exercise.cpp
};

const fs::path progress_file = course_folder() / ".prise" / "progress";
const fs::path log_file = course_folder() / ".prise" / "journal.txt";

[[noreturn]] void misuse(const std::string& line) {
  warn("prise : {}", line);
  std::exit(2);
}

Exercise exercise_or_misuse(const std::string& number) {
  if (auto exercise = exercise_numbered(number)) return *exercise;
  misuse("il n'y a pas d'exercice « " + number + " ». ./prise list les montre tous.");
}

std::string new_seed() {
  return std::to_string(std::random_device{}() % 1'000'000);
}

fs::path source_of(const Exercise& exercise, const CheckOptions& options) {
  if (!options.folder.empty()) return fs::path(options.folder) / (exercise.name + ".cpp");
  if (options.solution) return exercise.lesson() / "solution.cpp";
  return options.file.empty() ? exercise.lesson() / "exercise.cpp" : fs::path(options.file);
}

bool is_own(const CheckOptions& options) {
  return !options.solution && options.file.empty() && options.folder.empty();
}

// The level of hint to show now; one's own file is remembered.
int hint_level(const Exercise& exercise, const CheckOptions& options) {
  if (!options.hint) return 1;
  const auto progress = read_progress(progress_file);
  const auto found = progress.find(exercise.number());
  return std::min(3, (found == progress.end() ? 1 : found->second.hint_level) + 1);
}

void remember(const Exercise& exercise, const Report& report, int level) {
  auto progress = read_progress(progress_file);
  Progress& own = progress[exercise.number()];
  own = {check::name_of(report.verdict), own.checks + 1, level};
  write_progress(progress_file, progress);
}

void write_log(const std::string& text) {
  std::error_code ignored;
  fs::create_directories(log_file.parent_path(), ignored);
  std::ofstream(log_file) << text;
}

void say_what_next(const Exercise& exercise, const Report& report, const CheckOptions& options,
                   int level) {
  const std::string again = options.solution       ? exercise.number() + " --solution"
                            : options.file.empty() ? exercise.number()
                                                   : exercise.number() + " " + options.file;
  if (report.verdict == Verdict::passed) {
    if (is_own(options)) say("Bravo ! Et ensuite : ./prise list");
    return;
  }
  const bool more = level < 3 && !report.mistakes.empty();
  say("  Ensuite   corrigez, puis ./prise check {}{}", again,
      more ? " ; une aide de plus : --hint" : "");
  if (!report.seed.empty())
    say("            le même échange, exactement : ./prise check {} --seed {}", again, report.seed);
  say("            tout, en entier : .prise/journal.txt");
}

int check_once(const Exercise& exercise, const CheckOptions& options) {
  const fs::path source = source_of(exercise, options);
  if (!fs::exists(source)) misuse("ce fichier n'existe pas : " + source.string());
  const int level = hint_level(exercise, options);
  ExamineSettings settings;
  settings.seed = options.seed.empty() ? new_seed() : options.seed;
  if (const char* patience = std::getenv("PRISE_PATIENCE"))
    settings.patience = Seconds(std::atof(patience));
  const TemporaryFolder folder;
  const Report report = examine(exercise, source, folder.path(), settings);
  if (is_own(options)) remember(exercise, report, level);
  write_log(presented(exercise, report, 3, Cut::never));
  std::cout << presented(exercise, report, level, Cut::for_screen) << std::flush;
  say_what_next(exercise, report, options, level);
  return report.verdict == Verdict::passed ? 0 : 1;
}

// --- watch
// ------------------------------------------------------------------------------------------------------

using Stamp = std::pair<fs::file_time_type, std::uintmax_t>;

Stamp stamp_of(const fs::path& file) {
  std::error_code ignored;
  return {fs::last_write_time(file, ignored), fs::file_size(file, ignored)};
}

// Looks at the files twice a second: that works on every file system, network and shared folders
// included.
[[noreturn]] void watch(const std::vector<Exercise>& exercises) {
  std::map<std::string, Stamp> seen;
  for (const Exercise& exercise : exercises)
    seen[exercise.name] = stamp_of(exercise.lesson() / "exercise.cpp");
  say("J'attends que vous enregistriez un exercice (Ctrl-C pour finir)...");
  while (true) {
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    for (const Exercise& exercise : exercises) {
      const fs::path file = exercise.lesson() / "exercise.cpp";
      const Stamp now = stamp_of(file);
      if (now == std::exchange(seen[exercise.name], now) || !fs::exists(file)) continue;
      say("");
      check_once(exercise, {.number = exercise.number(), .file = "", .seed = "", .folder = ""});
    }
  }
}

// --- reset
// ------------------------------------------------------------------------------------------------------

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// The students' edition has no solution: there the starter itself is kept.
std::string starter_for(const Exercise& exercise) {
  const fs::path kept = exercise.tests() / "starter.cpp";
  if (fs::exists(kept)) return read_file(kept);
  return starter_of(read_file(exercise.lesson() / "solution.cpp"));
}

int reset(const Exercise& exercise) {
  const fs::path file = exercise.lesson() / "exercise.cpp";
  const std::string starter = starter_for(exercise);
  if (fs::exists(file) && read_file(file) != starter) {
    fs::path kept;
    for (int i = 1; kept.empty() || fs::exists(kept); ++i)
      kept = exercise.lesson() / fmt::format("exercise.cpp.avant-reset-{}", i);
    fs::copy_file(file, kept);
    say("Votre fichier est gardé : {}", fs::relative(kept, course_folder()).string());
  }
  std::ofstream(file, std::ios::binary) << starter;
  say("L'exercice {} est revenu à son point de départ.", exercise.number());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  explain_uncaught_errors();
  CLI::App app("Les exercices");
  app.require_subcommand(1);
  CheckOptions options;
  CLI::App* check = app.add_subcommand("check");
  check->add_option("number", options.number)->required();
  check->add_option("file", options.file);
  check->add_option("--seed", options.seed);
  check->add_option("--folder", options.folder)->envname("PRISE_EXERCISES");
  check->add_flag("--solution", options.solution);
  check->add_flag("--hint", options.hint);
  CLI::App* watching = app.add_subcommand("watch");
  watching->add_option("number", options.number);
  CLI::App* resetting = app.add_subcommand("reset");
  resetting->add_option("number", options.number)->required();
  CLI::App* starting = app.add_subcommand("starter");  // prints it: for those who write exercises
  starting->add_option("number", options.number)->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    misuse(std::string("arguments incompris : ") + error.what() + ".");
  }

  if (*watching && options.number.empty()) watch(all_exercises());
  const Exercise exercise = exercise_or_misuse(options.number);
  if (*watching) watch({exercise});
  if (*resetting) return reset(exercise);
  if (*starting) {
    std::cout << starter_for(exercise);
    return 0;
  }
  return check_once(exercise, options);
}
