// grade DIR: what ./prise grade does. Status 0: everyone has a verdict; 1: some check failed by
// itself; 2: misuse; 130: interrupted.
#include <fmt/core.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "console.hpp"
#include "explain.hpp"
#include "grader/grading.hpp"
#include "grader/result_files.hpp"
#include "grader/sandbox.hpp"
#include "grader/settings.hpp"
#include "visible_text.hpp"

using namespace prise;
using namespace prise::grader;
namespace fs = std::filesystem;

namespace {

std::atomic<bool> interrupted = false;

struct GradeOptions {
  std::string folder, csv, junit, gradescope, json, exercise, cache;
  unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
  std::string seed = "1";
  double patience_seconds = GradingSettings().patience.count();
  bool no_sandbox = false;
};

[[noreturn]] void misuse(const std::string& line) {
  warn("prise : {}", line);
  std::exit(2);
}

GradeOptions options_of(int argc, char** argv) {
  CLI::App app("La correction d'une classe");
  GradeOptions options;
  app.add_option("folder", options.folder)->required();
  app.add_option("--csv", options.csv);
  app.add_option("--junit", options.junit);
  app.add_option("--gradescope", options.gradescope);
  app.add_option("--json", options.json);
  app.add_option("--jobs", options.jobs)->check(CLI::Range(1, 256));
  app.add_option("--exercise", options.exercise);
  app.add_option("--cache", options.cache);
  app.add_option("--seed", options.seed);
  app.add_option("--patience", options.patience_seconds)->check(CLI::Range(1.0, 60.0));
  app.add_flag("--no-sandbox", options.no_sandbox);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    misuse(std::string("arguments incompris : ") + error.what() + ".");
  }
  return options;
}

std::vector<Exercise> exercises_of(const GradeOptions& options) {
  if (options.exercise.empty()) return all_exercises();
  auto one = exercise_numbered(options.exercise);
  if (!one) misuse("il n'y a pas d'exercice « " + options.exercise + " ».");
  return {std::move(*one)};
}

// Ctrl-C is heard between two looks at what runs; that is then ended, and nothing is left behind.
void listen_for_interruption() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP})
    std::signal(signal, [](int) { interrupted = true; });
}

// What students' programs and the compiler would otherwise inherit from whoever grades.
void clean_environment() {
  std::map<std::string, std::string> kept{{"LANG", "C.UTF-8"},
                                          {"PATH", "/usr/local/bin:/usr/bin:/bin"}};
  if (const char* folder = std::getenv("TMPDIR")) kept["TMPDIR"] = folder;
  ::clearenv();
  for (const auto& [name, value] : kept)
    ::setenv(name.c_str(), value.c_str(), 1);
}

void show_progress(std::size_t done, std::size_t all, const Submission& last) {
  constexpr std::size_t width = 30;
  const std::size_t full = width * done / all;
  fmt::print(stderr, "\r\033[K[{}{}] {}/{}  {} {}", std::string(full, '#'),
             std::string(width - full, '.'), done, all, visible_text(last.student).substr(0, 24),
             last.exercise->number());
  if (done == all) fmt::print(stderr, "\r\033[K");
  std::fflush(stderr);
}

void write_results(const GradeOptions& options, const Gradebook& book, const Cache& cache) {
  if (!options.csv.empty()) write_whole(options.csv, csv_of(book));
  if (!options.junit.empty()) write_whole(options.junit, junit_of(book, cache));
  if (!options.json.empty()) write_whole(options.json, json_of(book, cache, options.seed));
  if (options.gradescope.empty()) return;
  for (std::size_t student = 0; student < book.students.size(); ++student) {
    const fs::path folder = fs::path(options.gradescope) / book.students[student];
    fs::create_directories(folder);
    write_whole(folder / "results.json", gradescope_of(book, student, cache));
  }
}

int summary(const Gradebook& book) {
  std::cout << table_of(book) << std::flush;
  int errors = 0;
  for (const Result& result : book.results) {
    if (result.score()) continue;
    if (errors++ == 0)
      warn("La vérification elle-même a échoué (relancez ; ces points ne sont pas comptés) :");
    warn("  {} {}", visible_text(result.student), result.exercise->number());
  }
  return errors == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  explain_uncaught_errors();
  const GradeOptions options = options_of(argc, argv);
  if (!fs::is_directory(options.folder)) misuse("ce n'est pas un dossier : " + options.folder);
  clean_environment();
  if (!options.no_sandbox) {
    if (const std::string why = why_no_sandbox(); !why.empty())
      misuse("pas de bac à sable ici (" + why +
             ") ; ./prise doctor dit quoi faire, --no-sandbox s'en passe.");
  }
  const std::vector<Exercise> exercises = exercises_of(options);
  const Classroom classroom = read_classroom(options.folder, exercises);
  for (const std::string& name : classroom.ignored)
    warn("ignoré, ce n'est pas un dossier d'étudiant : {}", visible_text(name));
  if (classroom.students.empty()) misuse("ce dossier ne contient aucun dossier d'étudiant.");

  Cache cache(options.cache.empty() ? fs::path(source_folder) / ".prise" / "grades"
                                    : fs::path(options.cache));
  GradingSettings settings;
  settings.jobs = options.jobs;
  settings.seed = options.seed;
  settings.patience = Seconds(options.patience_seconds);
  settings.isolation = options.no_sandbox ? Isolation::none : Isolation::sandbox;
  settings.interrupted = &interrupted;
  listen_for_interruption();
  try {
    const bool terminal = ::isatty(STDERR_FILENO) == 1;
    const Gradebook book = grade(classroom, exercises, cache, settings,
                                 [terminal](auto done, auto all, const Submission& last) {
                                   if (terminal) show_progress(done, all, last);
                                 });
    write_results(options, book, cache);
    return summary(book);
  } catch (const Interrupted&) {
    warn("Interrompu. Ce qui est corrigé est gardé : la même commande continue.");
    return 130;
  }
}
