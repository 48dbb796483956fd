// A real terminal with a program in it, driven as a user drives it: keys in, screen out. tmux plays
// the terminal.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "support/process.hpp"

namespace prise::testing {

struct Size {
  int columns = 80;
  int rows = 24;
};

class Terminal {
public:
  explicit Terminal(const std::vector<std::string>& command, Size size = {});
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  void type(const std::string& text);
  void press(const std::string& key);  // as tmux names it: Enter, BSpace, Left, C-c, C-d

  std::string screen() const;  // its rows, without the empty ones at the bottom
  // Looks until the screen holds, or ends with, the text; false if it does not within ten seconds.
  bool shows(const std::string& text) const;
  bool ends_with(const std::string& text) const;

  // Waits until the program takes keys one by one, as a line editor does: keys that come earlier
  // are echoed by the terminal too.
  bool edits() const;

  // Waits for the program's end; its status, or -1 if it does not end.
  int status() const;
  // Once it has ended: has it left the terminal as it found it (stty -a)?
  bool is_as_before() const;

private:
  std::string tmux(std::vector<std::string> arguments) const;

  std::filesystem::path folder_;  // of this terminal alone: tmux's socket, what stty said
};

}  // namespace prise::testing
