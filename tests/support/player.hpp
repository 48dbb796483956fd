// Plays a transcript with real processes, and explains where reality differs.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "support/process.hpp"
#include "support/transcript.hpp"

namespace prise::testing {

enum class PortChoice {
  as_written,  // a demonstration: the port of the notes
  by_kernel,  // a test: programs get --port 0 and say « Port : N » first, so that tests run side by
              // side
};

struct PlaySettings {
  std::filesystem::path programs;  // the folder of the lesson's executables
  PortChoice ports = PortChoice::as_written;
  Seconds patience = Seconds(10);  // for each line, and for the end of each program
  // The command that runs the program with this label (Command::wrapper); none: nothing does.
  std::function<std::vector<std::string>(const std::string& label)> wrapper = {};
  int stop_fd = -1;  // once it can be read, play ends all that it started and throws Stopped
};

// Sees the exchange as it happens, in the transcript's order.
class Audience {
public:
  virtual ~Audience() = default;
  virtual void scene(const Scene& scene) = 0;
  virtual void started(const std::string& label, const std::string& command) = 0;
  virtual void printed(const std::string& label, const std::string& line) = 0;
  virtual void typed(const std::string& label, const std::string& prompt,
                     const std::string& text) = 0;
};

// nullopt when every scene went as written; otherwise the report, in French, several lines.
// Everything that was started has ended when this returns, or throws.
std::optional<std::string> play(const Transcript& transcript, const PlaySettings& settings,
                                Audience& audience);

}  // namespace prise::testing
