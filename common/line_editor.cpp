#include "line_editor.hpp"

#include <histedit.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <cwchar>
#include <string_view>

namespace prise {
namespace {

LineEditor* editor_of(EditLine* edit) {
  void* data = nullptr;
  el_get(edit, EL_CLIENTDATA, &data);
  return static_cast<LineEditor*>(data);
}

// Both live until the next key.
std::string_view typed_text(EditLine* edit) {
  const LineInfo* info = el_line(edit);
  return {info->buffer, static_cast<std::size_t>(info->lastchar - info->buffer)};
}
std::string_view typed_before_cursor(EditLine* edit) {
  const LineInfo* info = el_line(edit);
  return {info->buffer, static_cast<std::size_t>(info->cursor - info->buffer)};
}

std::string prompt_shown;
char* show_prompt(EditLine*) {
  return prompt_shown.data();
}

// On which row of the terminal the cursor stands after a text that began on row 0. A character that
// does not fit into what is left of a row goes to the next one; a full row is followed by the next.
int rows_before_end(std::string_view text, int columns) {
  int row = 0, column = 0;
  std::mbstate_t state{};
  while (!text.empty()) {
    wchar_t character = 0;
    const std::size_t bytes = std::mbrtowc(&character, text.data(), text.size(), &state);
    if (bytes == 0 || bytes > text.size()) break;
    text.remove_prefix(bytes);
    const int width = std::max(0, ::wcwidth(character));
    row += column + width > columns ? 1 : 0;
    column = column + width > columns ? width : column + width;
  }
  return column < columns ? row : row + 1;
}

int terminal_columns() {
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

bool terminal_can_edit() {
  const char* kind = std::getenv("TERM");
  return ::isatty(STDIN_FILENO) != 0 && ::isatty(STDOUT_FILENO) != 0 && kind != nullptr &&
         *kind != '\0' && std::strcmp(kind, "dumb") != 0;
}

int line_editor_next_character(EditLine* edit, wchar_t* character) {
  return editor_of(edit)->next_character(character);
}

LineEditor::LineEditor(WaitForInput wait_for_input) : wait_for_input_(std::move(wait_for_input)) {
  // libedit reads and shows characters by the locale; a machine without one still speaks UTF-8.
  if (std::setlocale(LC_CTYPE, "") == nullptr || MB_CUR_MAX == 1)
    std::setlocale(LC_CTYPE, "C.UTF-8");
  edit_ = el_init("prise", stdin, stdout, stderr);
  el_set(edit_, EL_CLIENTDATA, this);
  el_set(edit_, EL_GETCFN, &line_editor_next_character);
  el_set(edit_, EL_PROMPT, &show_prompt);
  el_set(edit_, EL_EDITOR, "emacs");
}

LineEditor::~LineEditor() {
  el_end(edit_);
}

// libedit asks here for every key. 0 ends el_gets as an end of input would; woken_ tells why.
int LineEditor::next_character(wchar_t* character) {
  std::mbstate_t state{};
  while (true) {
    woken_ = wait_for_input_();
    if (woken_ != Woken::input) return 0;
    char byte = 0;
    const ssize_t count = ::read(STDIN_FILENO, &byte, 1);
    if (count == -1 && errno == EINTR) continue;
    if (count <= 0) return 0;
    const std::size_t used = std::mbrtowc(character, &byte, 1, &state);
    if (used == static_cast<std::size_t>(-1))
      state = {};  // not a character: typed by nobody, skip it
    // A Ctrl-D that was pressed before we asked comes as '\0'.
    if (used == 0 && typed_text(edit_).empty()) return 0;
    if (used <= 1) return 1;
  }
}

Answer LineEditor::read(const std::string& prompt) {
  prompt_ = prompt_shown = prompt;
  el_resize(edit_);
  if (!kept_.empty()) el_push(edit_, kept_.c_str());
  kept_.clear();
  reading_ = true;
  int bytes = 0;
  const char* typed = el_gets(edit_, &bytes);
  reading_ = false;

  if (typed != nullptr && bytes > 0 && woken_ == Woken::input) {
    std::string_view line(typed, static_cast<std::size_t>(bytes));
    while (line.ends_with('\n') || line.ends_with('\r'))
      line.remove_suffix(1);
    return {AnswerKind::line, std::string(line)};
  }
  if (woken_ == Woken::readable) kept_ = typed_text(edit_);
  leave_typed_rows();
  if (woken_ == Woken::interrupted) return {AnswerKind::interrupted, {}};
  return {woken_ == Woken::readable ? AnswerKind::readable : AnswerKind::end_of_input, {}};
}

// The typed line may be longer than the terminal is wide: how many rows below its first.
int LineEditor::row_after(std::string_view typed) const {
  return rows_before_end(prompt_ + std::string(typed), terminal_columns());
}

void LineEditor::erase_typed_rows() {
  if (const int row = row_after(typed_before_cursor(edit_)); row > 0)
    std::fprintf(stdout, "\033[%dA", row);
  std::fputs("\r\033[J", stdout);
}

// What is printed next begins on a row of its own.
void LineEditor::leave_typed_rows() {
  const bool shows_ctrl_d = woken_ == Woken::input;
  if (!prompt_.empty() || !typed_text(edit_).empty() || shows_ctrl_d) {
    const int rows = row_after(typed_text(edit_)) - row_after(typed_before_cursor(edit_));
    if (rows > 0) std::fprintf(stdout, "\033[%dB", rows);
    std::fputc('\n', stdout);
  }
  std::fflush(stdout);
}

void LineEditor::print_above(const std::string& text) {
  erase_typed_rows();
  std::fprintf(stdout, "%s\n", text.c_str());
  el_set(edit_, EL_REFRESH);
  std::fflush(stdout);
}

void LineEditor::restore_terminal() {
  if (reading_) el_set(edit_, EL_PREP_TERM, 0);
}

}  // namespace prise
