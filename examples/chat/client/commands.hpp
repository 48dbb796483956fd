// What is typed, as what it asks for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace prise::chat {

struct Command {
  enum class Kind : std::uint8_t {
    say,
    login,
    create_room,
    join_room,
    older,
    frames,
    help,
    quit,
    mistaken,
  };
  Kind kind = Kind::say;
  std::string argument;  // what to say, a name; mistaken: what to tell the user
};

// `line` is what the user typed, any bytes. Nothing: an empty line.
std::optional<Command> read_command(std::string_view line);

extern const std::string_view help_text;

}  // namespace prise::chat
