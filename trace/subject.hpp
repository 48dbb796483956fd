// What one can ask a trace of: a lesson, the chat, a command.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "support/transcript.hpp"

namespace prise::trace {

struct Subject {
  std::string title;  // « Leçon 09 : un chat, chacun son tour »
  testing::Transcript transcript;
  std::filesystem::path programs;  // the folder of its executables
};

// "9", "09" or "chat". Throws testing::TranscriptError, in French, when there is no such thing.
Subject find_subject(const std::string& name, const std::filesystem::path& root,
                     const std::filesystem::path& build);

// Which scene shows a lesson best: the first that plays its own server (lesson 09 begins with an
// earlier one), or else the first.
std::size_t main_scene(const testing::Transcript& transcript);

// What a scene with these programs prints is how long things take.
bool measures(const testing::Scene& scene);

// Nobody has the ports that it names, neither for TCP nor for UDP.
bool ports_are_free(const testing::Transcript& transcript);

}  // namespace prise::trace
