#include "grader/examine.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <system_error>

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

testing::Command command_of(std::vector<std::string> words, const std::vector<std::string>& wall) {
  words.insert(words.begin(), wall.begin(), wall.end());
  testing::Command command;
  command.program = words.front();
  command.arguments.assign(words.begin() + 1, words.end());
  return command;
}

std::vector<std::string> compile_words(const fs::path& source, const fs::path& folder,
                                       const ExamineSettings& settings) {
  std::vector<std::string> words{compiler,
                                 "-std=c++20",
                                 "-g1",
                                 "-O1",
                                 "-Wall",
                                 "-Wextra",
                                 "-Wpedantic",
                                 "-fsanitize=address,undefined",
                                 "-fno-sanitize-recover=all",
                                 "-fdiagnostics-color=never",
                                 "-fmax-errors=5",
                                 "-I" + source_folder + "/common",
                                 "-MMD",
                                 "-MF",
                                 (folder / "includes").string()};
  if (settings.warnings_are_errors)
    words.insert(words.end(), {"-Wconversion", "-Wshadow", "-Werror"});
  words.insert(words.end(),
               {"-x", "c++", source.string(), "-x", "none", "-o", (folder / "program").string()});
  words.insert(words.end(), libraries.begin(), libraries.end());
  return words;
}

// The compiler's words without the paths of this machine.
std::string readable(std::string log, const fs::path& source) {
  for (const std::string& path : {source.string(), source_folder + "/"}) {
    for (std::size_t at = log.find(path); at != std::string::npos; at = log.find(path, at))
      log.replace(at, path.size(), path.back() == '/' ? "" : source.filename().string());
  }
  return log;
}

// Which of the files that hold the answer does the program include, directly or not?
std::string forbidden_include(const Exercise& exercise, const fs::path& folder) {
  const std::string includes = read_file(folder / "includes");
  for (const std::string& file : exercise.forbidden) {
    if (includes.find("common/" + file) != std::string::npos) return file;
  }
  return "";
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
  const auto made = testing::run(
      command_of(compile_words(source, folder, settings), settings.walls.around_compiler),
      settings.compile_time);
  if (!made)
    return does_not_compile("une compilation qui se termine",
                            fmt::format("plus de {:g} s", settings.compile_time.count()));
  if (made->ending.signal != 0)
    return does_not_compile("une compilation qui se termine", "compilateur " + made->ending.text());
  if (made->ending.status != 0)
    return does_not_compile("un programme sans erreur", readable(made->output, source));
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

Report run_checker(const Exercise& exercise, const fs::path& folder,
                   const ExamineSettings& settings) {
  const fs::path report = folder / "report.json";
  // A failing result first: whatever happens from here on, silence never reads as a pass.
  std::ofstream(report) << to_json(internal_error("le programme de vérification s'est tu")).dump();
  testing::Command command =
      command_of({exercise.checker().string(), "--abort"}, settings.walls.around_checker);
  command.environment = {{"PRISE_PROGRAM", (folder / "program").string()},
                         {"PRISE_REPORT", report.string()},
                         {"PRISE_SEED", settings.seed},
                         {"PRISE_PATIENCE", fmt::format("{}", settings.patience.count())},
                         {"PRISE_WRAPPER", joined(settings.walls.around_program)}};
  const auto finished = testing::run(command, settings.check_time);
  if (!finished) return internal_error("la vérification a pris plus de temps que permis");
  if (finished->ending.clean()) {
    Report passed;
    passed.seed = settings.seed;
    return passed;
  }
  Report found = check::report_from_json(nlohmann::json::parse(read_file(report)));
  if (found.verdict == Verdict::internal_error)
    found.exchange.push_back(visible_text(finished->output));
  return found;
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

Report examine(const Exercise& exercise, const fs::path& source, const fs::path& folder,
               const ExamineSettings& settings) {
  try {
    if (auto report = compile(exercise, source, folder, settings)) return *report;
    return run_checker(exercise, folder, settings);
  } catch (const std::exception& error) {
    return internal_error(error.what());
  }
}

}  // namespace prise::grader
