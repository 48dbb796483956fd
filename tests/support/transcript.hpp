// A transcript: a real exchange between programs, which is the guide's example, the demonstration
// that
// ./prise run plays, and the lesson's test. The format, one thing a line:
//
//   # a comment, for those who read the file
//   port 9999                       9999 stands for the port in use, here and in what is printed
//   port 9998 fermé                 a port on which nobody listens
//   port aucun frames               this program is a tool: it has no --port
//   == Un titre                     a new scene: everything before has ended
//   serveur $ server --buffer 10    starts a program, under a label of our choice
//   serveur | Serveur en écoute     the program prints this line
//   serveur ~ Client parti          the same; ~ lines that follow each other may come in any order
//   client  > Vous : «Salut»        it shows the prompt « Vous : », and the user types Salut
//   client  > Vous : ^D             … and the user presses Ctrl-D (or ^C)
//   client  ? Vous :                it shows the prompt « Vous : », and nothing is typed for now
//   client  = 1                     it ends with this status; without such a line, with status 0
//
// Each program's lines come in the order written. Between two programs the order is free, except
// that a program starts, and a line is typed, only when all that stands above has been printed.
// <port>, <port-2>, <adresse>, <nombre>, <texte> stand for any value of their kind; one name stands
// for one value in a scene, except <nombre> and <texte>, which each time stand for whatever is
// there.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace prise::testing {

enum class StepKind {
  start,
  print,
  print_any_order,
  prompt,
  type,
  press_ctrl_d,
  press_ctrl_c,
  end
};

struct Step {
  std::size_t line;  // in the file, from 1
  StepKind kind;
  std::string label;
  std::string text;  // start: the command; print: the line; prompt: without its last spaces; type:
                     // what is typed; end: the status
  std::string prompt;  // type and press only
};

struct Scene {
  std::string title;
  std::vector<Step> steps;
};

struct DeclaredPort {
  std::uint16_t number;
  bool closed;
};

struct Transcript {
  std::vector<DeclaredPort> ports;  // the first is every program's, unless its command says --port
  std::vector<std::string> without_port;  // but not these'
  std::vector<Scene> scenes;
};

// A line of the file that cannot be read: what() is one French line that names it.
class TranscriptError : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

Transcript parse_transcript(std::string_view text);

// What the placeholders of a scene stand for, as far as they have been seen.
using Bindings = std::map<std::string, std::string>;

// Is this what the transcript says? Binds the placeholders it meets only if it is.
bool matches(std::string_view expected, std::string_view actual, Bindings& bindings);

}  // namespace prise::testing
