// trace SUBJECT [options], or trace [options] -- COMMAND: runs it under strace and shows who called
// what, and what went from one to the other. ./prise trace is its user. Status 0: shown; 1: it
// could not be run; 2: misuse; 130: a signal stopped it.
#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <sstream>

#include "capture/capture.hpp"
#include "console.hpp"
#include "explain.hpp"
#include "merge/merge.hpp"
#include "show/show.hpp"
#include "subject.hpp"

using namespace prise;
using namespace prise::trace;

namespace {

struct Options {
  std::string subject;
  std::size_t scene = 0;  // from 1; 0: the main one
  int width = 0;          // 0: the terminal's
  std::filesystem::path svg, html;
  std::filesystem::path root = ".", build = "build/quick";
  std::vector<std::string> command;
};

class Silence : public testing::Audience {
  void scene(const testing::Scene&) override {}
  void started(const std::string&, const std::string&) override {}
  void printed(const std::string&, const std::string&) override {}
  void typed(const std::string&, const std::string&, const std::string&) override {}
};

TerminalSettings terminal(int width) {
  const char* no_colour = std::getenv("NO_COLOR");
  winsize size{};
  TerminalSettings settings;
  settings.colours = ::isatty(STDOUT_FILENO) != 0 && (no_colour == nullptr || *no_colour == '\0');
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    settings.width = std::min<int>(size.ws_col, 160);
  if (width > 0) settings.width = width;
  return settings;
}

// Whole or not at all: a file beside it, which then takes its name.
void write_file(const std::filesystem::path& path,
                const std::function<void(std::ostream&)>& write) {
  const std::filesystem::path draft = path.string() + ".new";
  {
    std::ofstream file(draft, std::ios::binary | std::ios::trunc);
    write(file);
    file.close();
    std::error_code ignored;
    if (!file) {
      std::filesystem::remove(draft, ignored);
      throw CaptureError(fmt::format("impossible d'écrire {}.", path.string()));
    }
  }
  std::error_code fault;
  std::filesystem::rename(draft, path, fault);
  if (!fault) return;
  std::error_code ignored;
  std::filesystem::remove(draft, ignored);
  throw CaptureError(fmt::format("impossible d'écrire {}.", path.string()));
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words)
    text += (text.empty() ? "" : " ") + word;
  return text;
}

Diagram draw(const Options& options) {
  MergeSettings settings;
  settings.root = std::filesystem::canonical(options.root);
  if (!options.command.empty()) {
    settings.title = joined(options.command);
    return merge(capture_command(options.command), settings);
  }
  const Subject subject = find_subject(options.subject, options.root, options.build);
  const auto& scenes = subject.transcript.scenes;
  if (options.scene > scenes.size())
    throw testing::TranscriptError(
        scenes.size() == 1
            ? "cette leçon n'a qu'une scène (--scene)."
            : fmt::format("cette leçon n'a que {} scènes (--scene).", scenes.size()));
  const std::size_t scene = options.scene > 0 ? options.scene - 1 : main_scene(subject.transcript);
  if (measures(scenes[scene])) throw CaptureError("cette scène mesure : strace la fausserait.");
  testing::PlaySettings play;
  play.programs = std::filesystem::canonical(subject.programs);
  play.patience = testing::Seconds(30);  // strace takes its time
  // The notes' own ports, if nobody has them.
  if (!ports_are_free(subject.transcript)) play.ports = testing::PortChoice::by_kernel;
  Silence silence;
  settings.title = subject.title;
  if (scenes.size() > 1)
    settings.title +=
        fmt::format(" — {} (scène {} sur {})", scenes[scene].title, scene + 1, scenes.size());
  return merge(capture_scene(subject.transcript, scene, std::move(play), silence), settings);
}

void show(const Diagram& diagram, const Options& options) {
  if (!options.svg.empty())
    write_file(options.svg, [&](std::ostream& out) { write_svg(diagram, out); });
  if (!options.html.empty())
    write_file(options.html, [&](std::ostream& out) { write_html(diagram, out); });
  for (const auto& file : {options.svg, options.html})
    if (!file.empty()) say("Écrit : {}", file.string());
  if (options.svg.empty() && options.html.empty())
    write_terminal(diagram, terminal(options.width), std::cout);
}

}  // namespace

int main(int argc, char** argv) {
  explain_uncaught_errors();
  Options options;
  CLI::App app("Dessine les appels système d'une leçon, du chat ou d'une commande");
  // What follows -- is the command's own; CLI11 would take its options for ours.
  char** const end = argv + argc;
  char** const dashes = std::find(argv, end, std::string_view("--"));
  if (dashes != end) options.command.assign(dashes + 1, end);
  app.add_option("subject", options.subject, "NN, ou chat");
  app.add_option("--scene", options.scene, "une autre scène de la leçon")
      ->check(CLI::PositiveNumber);
  app.add_option("--svg", options.svg, "écrit l'image dans ce fichier");
  app.add_option("--html", options.html, "écrit la page, pas à pas, dans ce fichier");
  app.add_option("--width", options.width, "colonnes dans le terminal")->check(CLI::Range(60, 400));
  app.add_option("--root", options.root, "le dépôt")->group("");
  app.add_option("--build", options.build, "le dossier de construction")->group("");
  try {
    app.parse(static_cast<int>(dashes - argv), argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    warn(
        "prise : ./prise trace prend NN ou chat, --scene N, --svg FICHIER, --html FICHIER, "
        "--width COLONNES ; ou -- COMMANDE.");
    return 2;
  }
  if (options.subject.empty() == options.command.empty()) {
    warn(
        "prise : que faut-il suivre ? Par exemple : ./prise trace 09, ou ./prise trace -- "
        "COMMANDE");
    return 2;
  }
  try {
    const Diagram diagram = draw(options);
    if (diagram.events.empty())
      throw CaptureError("il ne s'est rien passé que l'on puisse montrer.");
    show(diagram, options);
    return 0;
  } catch (const testing::TranscriptError& error) {
    warn("prise : {}", error.what());
    return 2;
  } catch (const CaptureStopped&) {
    warn("prise : interrompu.");
    return 130;  // as shells tell a SIGINT
  } catch (const CaptureError& error) {
    std::cerr << "prise : " << error.what() << "\n";
    return 1;
  }
}
