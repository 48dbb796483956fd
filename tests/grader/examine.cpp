#include "grader/examine.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <system_error>

#include "grader/memory.hpp"
#include "grader/settings.hpp"
#include "visible_text.hpp"

namespace prise::grader {
namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

Report does_not_compile(const std::string& expected, const std::string& actual) {
  Report report;
  report.verdict = Verdict::does_not_compile;
  report.trying = "compiler le fichier";
  report.expected = expected;
  report.actual = actual;
  return report;
}

Report internal_error(const std::string& what) {
  Report report;
  report.verdict = Verdict::internal_error;
  report.trying = "mener la vérification à son terme";
  report.expected = "un verdict";
  report.actual = what;
  return report;
}

Report out_of_memory(Report report) {
  report.verdict = Verdict::crashed;
  report.mistakes = {"unbounded_memory"};
  report.actual = "le programme dépasse la mémoire permise";
  return report;
}

struct Run {
  std::string output;
  std::optional<testing::Ending> ending;  // none: the time ran out
  bool out_of_memory = false;
};

// Runs the command to its end, and looks often whether it must be stopped.
Run run_watched(const testing::Command& command, Seconds time, const ExamineSettings& settings) {
  constexpr Seconds between_looks(0.05);
  const testing::Deadline deadline = testing::within(time);
  testing::Process process(command);
  process.close_input();
  Run run;
  while (!run.ending && testing::Clock::now() < deadline) {
    const testing::Deadline look = testing::within(between_looks);
    while (process.read_more(look)) {
    }
    run.ending = process.wait(look);
    if (settings.interrupted != nullptr && *settings.interrupted) throw Interrupted();
    if (settings.walls.memory_bytes_max != 0 && !run.ending)
      run.out_of_memory |= stop_beyond(process.program_pid(), settings.walls.memory_bytes_max);
  }
  run.output = process.output();
  return run;
}

testing::Command command_of(std::vector<std::string> words, const std::vector<std::string>& wall) {
  words.insert(words.begin(), wall.begin(), wall.end());
  testing::Command command;
  command.program = words.front();
  command.arguments.assign(words.begin() + 1, words.end());
  return command;
}

std::vector<std::string> compiler_words(const ExamineSettings& settings) {
  std::vector<std::string> words{compiler,
                                 "-std=c++20",
                                 "-g1",
                                 "-O1",
                                 "-Wall",
                                 "-Wextra",
                                 "-Wpedantic",
                                 "-fdiagnostics-color=never",
                                 "-fmax-errors=5",
                                 "-pthread",
                                 "-I" + source_folder + "/common"};
  if (settings.sanitized)
    words.insert(words.end(), {"-fsanitize=address,undefined", "-fno-sanitize-recover=all"});
  return words;
}

std::vector<std::string> compile_words(const fs::path& source, const fs::path& folder,
                                       const ExamineSettings& settings) {
  std::vector<std::string> words = compiler_words(settings);
  words.insert(words.end(), {"-MMD", "-MF", (made_folder(folder) / "includes").string()});
  if (!settings.prelude.empty()) words.insert(words.end(), {"-include", settings.prelude.string()});
  if (settings.warnings_are_errors)
    words.insert(words.end(), {"-Wconversion", "-Wshadow", "-Werror"});
  words.insert(words.end(), flags.begin(), flags.end());
  words.insert(words.end(), {"-x", "c++", source.string(), "-x", "none", "-o",
                             (made_folder(folder) / "program").string()});
  words.insert(words.end(), libraries.begin(), libraries.end());
  return words;
}

// The compiler's words without the paths of this machine.
std::string readable(std::string log, const fs::path& source) {
  for (const std::string& path : {source.parent_path().string() + "/", source_folder + "/"}) {
    if (path == "/") continue;
    for (std::size_t at = log.find(path); at != std::string::npos; at = log.find(path, at))
      log.erase(at, path.size());
  }
  return log;
}

// Which of the files that hold the answer does the program include, directly or not? Those of
// common/ that the exercise names, and every header of its lesson's programs.
std::string forbidden_include(const Exercise& exercise, const fs::path& folder) {
  const std::string includes = read_file(made_folder(folder) / "includes");
  for (const std::string& file : exercise.forbidden) {
    if (includes.find("common/" + file) != std::string::npos) return file;
  }
  for (const auto& entry : fs::directory_iterator(exercise.lesson())) {
    const std::string header = entry.path().filename().string();
    if (header.ends_with(".hpp") &&
        includes.find(exercise.name + "/" + header) != std::string::npos)
      return header;
  }
  return "";
}

// Limits of the walls, as the compiler and what runs it tell of them.
std::string limit_met(const std::string& log) {
  struct Sign {
    std::string_view text, meaning;
  };
  static constexpr Sign signs[] = {
      {"CPU time limit exceeded", "une compilation sans fin"},
      {"File size limit exceeded", "un programme compilé démesuré"},
      {"out of memory", "une compilation qui demande trop de mémoire"},
      {"virtual memory exhausted", "une compilation qui demande trop de mémoire"},
      {"Cannot allocate memory", "une compilation qui demande trop de mémoire"},
      {"memory exhausted", "une compilation qui demande trop de mémoire"}};
  for (const Sign& sign : signs) {
    if (log.find(sign.text) != std::string::npos) return std::string(sign.meaning);
  }
  return "";
}

std::optional<Report> run_compiler(const fs::path& source, const fs::path& folder,
                                   const ExamineSettings& settings) {
  constexpr std::size_t log_bytes_max = 1 << 18;
  testing::Command command =
      command_of(compile_words(source, folder, settings), settings.walls.around_compiler);
  command.output_bytes_max = log_bytes_max;
  const Run made = run_watched(command, settings.compile_time, settings);
  const std::string ends = "une compilation qui se termine";
  if (made.out_of_memory)
    return does_not_compile(ends, "une compilation qui demande trop de mémoire");
  if (!made.ending)
    return does_not_compile(ends, fmt::format("une compilation sans fin : plus de {:g} s",
                                              settings.compile_time.count()));
  if (made.ending->clean()) return std::nullopt;
  if (made.ending->signal != 0) return does_not_compile(ends, "compilateur " + made.ending->text());
  const std::string log = readable(made.output, source);
  if (const std::string limit = limit_met(log);
      !limit.empty() && !settings.walls.around_compiler.empty())
    return does_not_compile(ends, limit + "\n" + log);
  return does_not_compile("un programme sans erreur", log);
}

std::optional<Report> compile(const Exercise& exercise, const fs::path& source,
                              const fs::path& folder, const ExamineSettings& settings) {
  std::error_code error;
  if (!fs::is_regular_file(fs::symlink_status(source, error)))
    return does_not_compile("un fichier source",
                            "ce n'est pas un fichier ordinaire : " + source.filename().string());
  if (fs::file_size(source, error) > source_bytes_max)
    return does_not_compile("un fichier source d'un mégaoctet au plus",
                            fmt::format("{} octets", fs::file_size(source, error)));
  if (auto report = run_compiler(source, folder, settings)) return report;
  if (const std::string file = forbidden_include(exercise, folder); !file.empty()) {
    Report report =
        does_not_compile("votre propre code", "#include \"" + file + "\", qui contient la réponse");
    report.verdict = Verdict::failed;
    report.mistakes = {"uses_the_answer"};
    return report;
  }
  return std::nullopt;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words)
    text += (text.empty() ? "" : "\x1F") + word;
  return text;
}

Report report_in(const fs::path& file) {
  return check::report_from_json(nlohmann::json::parse(read_file(file)));
}

// Each wait of a check is short; only a program that makes all of them last gets here.
Report too_long(const ExamineSettings& settings) {
  Report report;
  report.verdict = Verdict::timed_out;
  report.trying = "mener la vérification à son terme";
  report.expected = "un programme qui répond sans traîner";
  report.actual =
      fmt::format("la vérification dure depuis plus de {:g} s", settings.check_time.count());
  report.seed = settings.seed;
  return report;
}

Report run_checker(const Exercise& exercise, const fs::path& folder,
                   const ExamineSettings& settings) {
  const fs::path report = folder / "report.json";
  // A failing result first: whatever happens from here on, silence never reads as a pass.
  std::ofstream(report) << to_json(internal_error("le programme de vérification s'est tu")).dump();
  testing::Command command =
      command_of({exercise.checker().string(), "--abort"}, settings.walls.around_checker);
  command.environment = {{"PRISE_PROGRAM", (made_folder(folder) / "program").string()},
                         {"PRISE_REPORT", report.string()},
                         {"PRISE_SEED", settings.seed},
                         {"PRISE_PATIENCE", fmt::format("{}", settings.patience.count())},
                         {"PRISE_WRAPPER", joined(settings.walls.around_program)}};
  const Run finished = run_watched(command, settings.check_time, settings);
  if (finished.out_of_memory) return out_of_memory(report_in(report));
  if (!finished.ending) return too_long(settings);
  if (finished.ending->clean()) {
    Report passed;
    passed.seed = settings.seed;
    return passed;
  }
  Report found = report_in(report);
  if (found.verdict == Verdict::internal_error)
    found.exchange.push_back(visible_text(finished.output));
  return found;
}

// Some kernels and limits leave a sanitized program no room for its shadow memory
// (vm.mmap_rnd_bits, ulimit -v): it then ends before main, with one of these.
bool sanitizer_cannot_start(const Report& report) {
  constexpr std::array signs{"ReserveShadowMemoryRange failed", "Shadow memory range interleaves",
                             "AddressSanitizer failed to allocate", "unexpected memory mapping"};
  return std::any_of(report.exchange.begin(), report.exchange.end(), [&](const std::string& line) {
    return std::any_of(signs.begin(), signs.end(),
                       [&](const char* sign) { return line.find(sign) != std::string::npos; });
  });
}

Report compile_and_check(const Exercise& exercise, const fs::path& source, const fs::path& folder,
                         const ExamineSettings& settings) {
  if (auto report = compile(exercise, source, folder, settings)) return *report;
  return run_checker(exercise, folder, settings);
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (fs::temp_directory_path() / "prise-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr)
    throw std::system_error(errno, std::generic_category(), "mkdtemp");
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

fs::path made_folder(const fs::path& folder) {
  return folder / "made";
}

Report examine(const Exercise& exercise, const fs::path& source, const fs::path& folder,
               const ExamineSettings& settings) {
  try {
    fs::create_directories(made_folder(folder));
    Report report = compile_and_check(exercise, source, folder, settings);
    if (!settings.sanitized || !sanitizer_cannot_start(report)) return report;
    ExamineSettings without = settings;
    without.sanitized = false;
    report = compile_and_check(exercise, source, folder, without);
    report.remark =
        "cette machine ne peut pas lancer un programme surveillé par AddressSanitizer ; la "
        "vérification s'en passe, et ne voit pas les fautes de mémoire.";
    return report;
  } catch (const std::exception& error) {
    return internal_error(error.what());
  }
}

bool compile_prelude(const fs::path& header, const fs::path& compiled) {
  ExamineSettings settings;
  settings.sanitized = false;
  std::vector<std::string> words = compiler_words(settings);
  words.insert(words.end(), {"-x", "c++-header", header.string(), "-o", compiled.string()});
  const auto made = testing::run(command_of(std::move(words), {}), Seconds(120));
  return made && made->ending.clean();
}

Report check_again(const Exercise& exercise, const fs::path& folder,
                   const ExamineSettings& settings) {
  try {
    return run_checker(exercise, folder, settings);
  } catch (const std::exception& error) {
    return internal_error(error.what());
  }
}

}  // namespace prise::grader
