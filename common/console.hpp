// What a program says to its user, and what the user types. Every string that a user reads goes
// through say, warn or ask, so that a translation needs to touch nothing else.
//
// Text that comes from outside, from a peer above all, cannot harm the terminal: in every argument,
// control characters and bytes that are not UTF-8 are shown escaped (see visible_text.hpp). The
// format string is ours and may hold '\n'.
//
// say, warn and ask may be called by several threads at once: lines come out whole, and on a
// terminal a line that is being typed is put back below the line that arrives.
#pragma once

#include <fmt/core.h>

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "visible_text.hpp"

namespace prise {

template <class T>
concept HasText = requires(const T& value) {
  { value.text() } -> std::convertible_to<std::string>;
};

// How an argument is shown: strings escaped, things with a text() by it, numbers as they are.
template <class T>
auto shown(const T& value) {
  if constexpr (HasText<T>)
    return visible_text(value.text());
  else if constexpr (std::is_convertible_v<const T&, std::string_view>)
    return visible_text(value);
  else
    return value;
}
template <class T>
using Shown = decltype(shown(std::declval<const T&>()));

void say_line(const std::string& line);   // to standard output, at once
void warn_line(const std::string& line);  // to standard error

template <class... Args>
void say(fmt::format_string<Shown<Args>...> format, const Args&... args) {
  say_line(fmt::format(format, shown(args)...));
}

template <class... Args>
void warn(fmt::format_string<Shown<Args>...> format, const Args&... args) {
  warn_line(fmt::format(format, shown(args)...));
}

// Ctrl-C (SIGINT), SIGTERM and a terminal that was closed (SIGHUP), turned into a descriptor that
// becomes readable, so that a program can wait for it beside its sockets and end in good order. As
// long as one exists, ask ends too when it happens. A second Ctrl-C kills. One a program, made
// before any thread.
class CtrlC {
public:
  CtrlC();
  ~CtrlC();
  CtrlC(const CtrlC&) = delete;
  CtrlC& operator=(const CtrlC&) = delete;

  int fd() const;  // readable once it has happened; never read from it
  bool happened() const;
  // Sleeps until fd can be read (true) or it happens (false). First written raw in lesson 09.
  bool wait_until_readable(int fd) const;
};

enum class AnswerKind {
  line,          // the user typed a line
  end_of_input,  // Ctrl-D, or the end of the file that standard input is
  interrupted,   // Ctrl-C, where a CtrlC exists
  readable,      // the other descriptor has become readable
};

struct Answer {
  AnswerKind kind;
  std::string line;  // without its '\n'; empty unless kind is line

  explicit operator bool() const { return kind == AnswerKind::line; }
};

// Shows the prompt and waits for a line. With other, a descriptor, it stops waiting when that
// becomes readable and no line is there; what was typed so far is kept for the next ask. One thread
// asks at a time.
Answer ask(const std::string& prompt, int other = -1);

}  // namespace prise
