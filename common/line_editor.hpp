// A line typed on a terminal that stays whole while other threads print: libedit behind one door.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "console.hpp"

struct editline;

namespace prise {

// What ends the wait for the next key.
enum class Woken { input, interrupted, readable, failed };

// Used by one thread at a time, under the console's lock; wait_for_input releases it while it
// waits.
class LineEditor {
public:
  using WaitForInput = std::function<Woken()>;

  explicit LineEditor(WaitForInput wait_for_input);
  ~LineEditor();
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;

  Answer read(const std::string& prompt);
  bool is_reading() const { return reading_; }
  void print_above(const std::string& text);  // while another thread is in read
  void restore_terminal();                    // before the program ends in the middle of read

private:
  int row_after(std::string_view typed) const;
  void erase_typed_rows();
  void leave_typed_rows();
  int next_character(wchar_t* character);
  friend int line_editor_next_character(editline*, wchar_t*);

  WaitForInput wait_for_input_;
  editline* edit_;
  std::string prompt_;
  std::string kept_;  // typed before a wait that `other` ended
  Woken woken_ = Woken::input;
  bool reading_ = false;
};

// Standard input and output are a terminal that can move its cursor.
bool terminal_can_edit();

}  // namespace prise
