// play TRANSCRIPT --programs DIR: plays a lesson. For people (./prise run NN) it shows the exchange
// line by line, in coloured lanes on a terminal; for ctest (--test) it lets the kernel choose the
// ports and is silent unless something differs. Status 0: as written; 1: not; 2: misuse.
#include <fmt/core.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

#include "console.hpp"
#include "explain.hpp"
#include "support/player.hpp"

using namespace prise;
using namespace prise::testing;

namespace {

bool colours_wanted() {
  const char* no_colour = std::getenv("NO_COLOR");
  return ::isatty(STDOUT_FILENO) != 0 && (no_colour == nullptr || *no_colour == '\0');
}

// Labelled lanes: « serveur | … », a colour for each label.
class Lanes : public Audience {
public:
  explicit Lanes(const Transcript& transcript) {
    for (const Scene& scene : transcript.scenes)
      for (const Step& step : scene.steps)
        width_ = std::max(width_, columns(step.label));
  }

  void scene(const Scene& scene) override {
    labels_.clear();
    if (scene.title.empty()) return;
    if (!first_) say_line("");
    say_line(in_style("1", "— " + scene.title + " —"));
    first_ = false;
  }
  void started(const std::string& label, const std::string& command) override {
    lane(label, '$', in_style("2", command));
  }
  void printed(const std::string& label, const std::string& line) override {
    lane(label, '|', visible_text(line));
  }
  void typed(const std::string& label, const std::string& prompt,
             const std::string& text) override {
    lane(label, '|', visible_text(prompt) + in_style("1", visible_text(text)));
  }

private:
  static std::size_t columns(const std::string& text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
  }

  std::string in_style(const std::string& code, const std::string& text) const {
    return colours_ ? "\033[" + code + "m" + text + "\033[0m" : text;
  }

  void lane(const std::string& label, char sign, const std::string& line) {
    static constexpr std::array colours{"36", "33", "35", "32", "34", "31"};
    auto found = std::find(labels_.begin(), labels_.end(), label);
    if (found == labels_.end()) found = labels_.insert(labels_.end(), label);
    const char* colour =
        colours[static_cast<std::size_t>(found - labels_.begin()) % colours.size()];
    const std::string padding(width_ - columns(label), ' ');
    say_line(in_style(colour, label + padding + " " + sign) + (line.empty() ? "" : " " + line));
  }

  bool colours_ = colours_wanted();
  bool first_ = true;
  std::size_t width_ = 0;
  std::vector<std::string> labels_;
};

class Silence : public Audience {
  void scene(const Scene&) override {}
  void started(const std::string&, const std::string&) override {}
  void printed(const std::string&, const std::string&) override {}
  void typed(const std::string&, const std::string&, const std::string&) override {}
};

std::string read_file(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw TranscriptError("ce fichier ne peut pas être lu : " + path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

int main(int argc, char** argv) {
  explain_uncaught_errors();
  CLI::App app("Joue la transcription d'une leçon");
  std::string path;
  PlaySettings settings;
  double patience = 10;
  bool test = false;
  app.add_option("transcript", path)->required();
  app.add_option("--programs", settings.programs)->required();
  app.add_option("--patience", patience);
  app.add_flag("--test", test);
  CLI11_PARSE(app, argc, argv);
  settings.patience = Seconds(patience);
  settings.ports = test ? PortChoice::by_kernel : PortChoice::as_written;

  try {
    const Transcript transcript = parse_transcript(read_file(path));
    Lanes lanes(transcript);
    Silence silence;
    const auto report = play(transcript, settings, test ? static_cast<Audience&>(silence) : lanes);
    if (report) std::cerr << "\n" << *report;
    return report ? 1 : 0;
  } catch (const TranscriptError& error) {
    warn("{}", error.what());
    return 2;
  }
}
