// Runs programs under strace, each with a log of its own. The only part that needs Linux and
// strace(1).
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "capture/log.hpp"
#include "support/player.hpp"

namespace prise::trace {

// What went wrong: what() is French, one line or more, for the user.
class CaptureError : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

// SIGINT, SIGTERM or SIGHUP came: all that was started has ended, and nothing is left of it.
struct CaptureStopped {};

// Plays one scene of a transcript. The settings' own wrapper and stop_fd are not used. Takes those
// signals for itself meanwhile. Throws CaptureError, CaptureStopped.
std::vector<Program> capture_scene(const testing::Transcript& transcript, std::size_t scene,
                                   testing::PlaySettings settings, testing::Audience& audience);

// Runs a command in this terminal, and all that it starts, until it ends.
std::vector<Program> capture_command(const std::vector<std::string>& words);

}  // namespace prise::trace
