// What the server notes down, in server.log and on the console, as the notes do it:
//   2026-01-31 10:00:00,123 - INFO - Client supprimé : ('127.0.0.1', 52314)
// What comes from outside cannot harm the terminal: see console.hpp.
#pragma once

#include <filesystem>
#include <string>

#include "console.hpp"

namespace prise::chat {

// Appends to `file`; without one that can be written, the console alone. Before the first line.
void open_log(const std::filesystem::path& file);

void log_info_line(const std::string& line);
void log_error_line(const std::string& line);

template <class... Args>
void log_info(fmt::format_string<Shown<Args>...> format, const Args&... args) {
  log_info_line(fmt::format(format, shown(args)...));
}

template <class... Args>
void log_error(fmt::format_string<Shown<Args>...> format, const Args&... args) {
  log_error_line(fmt::format(format, shown(args)...));
}

}  // namespace prise::chat
