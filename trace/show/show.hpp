// The three ways to show a diagram. None of them looks at anything but the diagram; each writes to
// the stream whole, in UTF-8, and throws nothing of its own.
#pragma once

#include <iosfwd>

#include "diagram.hpp"

namespace prise::trace {

// For the terminal: lanes as columns, time downwards.
struct TerminalSettings {
  int width = 100;      // columns; 60 at least
  bool colours = true;  // ANSI sequences
};
void write_terminal(const Diagram& diagram, const TerminalSettings& settings, std::ostream& out);

// One SVG file that stands alone: no script, nothing from outside.
void write_svg(const Diagram& diagram, std::ostream& out);

// One HTML file that stands alone, with the picture and step-through.
void write_html(const Diagram& diagram, std::ostream& out);

}  // namespace prise::trace
