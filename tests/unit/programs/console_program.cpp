// A program for console_test, which plays with it from outside: console_program ROLE.
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <thread>
#include <vector>

#include "console.hpp"
#include "explain.hpp"

using namespace prise;

namespace {

std::string name_of(AnswerKind kind) {
  static constexpr std::array names{"line", "end_of_input", "interrupted", "readable"};
  return names.at(static_cast<std::size_t>(kind));
}

std::string everything_typed() {
  std::string text;
  std::array<char, 4096> buffer;
  for (ssize_t count = 0; (count = ::read(STDIN_FILENO, buffer.data(), buffer.size())) > 0;)
    text.append(buffer.data(), static_cast<std::size_t>(count));
  return text;
}

void say_what_is_typed() {
  const std::string text = everything_typed();
  say("say : {}", text);
  warn("warn : {}", text.c_str());
}

// Until there are no more lines.
void ask_on() {
  while (const Answer answer = ask("Vous : "))
    say("typed : {}", answer.line);
  say("Chat terminé.");
}

// say is called at once by several threads.
void say_in_threads() {
  std::vector<std::jthread> threads;
  for (int number = 0; number < 4; ++number) {
    threads.emplace_back([number] {
      for (int i = 0; i < 5000; ++i)
        say("{}", std::string(10, static_cast<char>('a' + number)));
    });
  }
}

void ask_beside_ctrl_c() {
  const CtrlC ctrl_c;
  say("happened : {}", ctrl_c.happened());
  const Answer answer = ask("Vous : ");
  say("{} {}", name_of(answer.kind), ctrl_c.happened());
  say("{}", name_of(ask("").kind));
}

// The other descriptor is a pipe that becomes readable after the first answer.
void ask_beside_another() {
  std::array<int, 2> pipe{};
  if (::pipe(pipe.data()) == -1) return;
  say("{}", name_of(ask("first ? ", pipe[0]).kind));
  if (::write(pipe[1], "x", 1) != 1) return;
  say("{}", name_of(ask("second ? ", pipe[0]).kind));
  char byte = 0;
  if (::read(pipe[0], &byte, 1) != 1) return;
  const Answer answer = ask("third ? ", pipe[0]);
  say("{} {}", name_of(answer.kind), answer.line);
}

}  // namespace

int main(int, char** argv) {
  explain_uncaught_errors();
  const std::string role = argv[1];
  if (role == "say") say_what_is_typed();
  if (role == "ask") ask_on();
  if (role == "threads") say_in_threads();
  if (role == "ctrl_c") ask_beside_ctrl_c();
  if (role == "other") ask_beside_another();
}
