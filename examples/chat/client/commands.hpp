// What is typed, as the action it stands for: PROTOCOL.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace prise::chat {

struct Command {
  enum class Kind : std::uint8_t { send, older, frames, help, quit, unknown };
  Kind kind = Kind::send;
  std::string text;  // send: the JSON to send; unknown: what to tell the user
};

// `line` is UTF-8. Nothing: an empty line.
std::optional<Command> read_command(std::string_view line);

std::string login_text(std::string_view user, std::string_view room);  // room may be empty
std::string history_before_text(std::string_view room, std::int64_t id);
std::string history_after_text(std::string_view room, std::int64_t id);
std::string watch_text(bool on);

extern const std::string_view help_text;

}  // namespace prise::chat
