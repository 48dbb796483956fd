#include <ostream>

#include "show/layout.hpp"
#include "show/show.hpp"
#include "show/svg_drawing.hpp"

namespace prise::trace {

void write_svg(const Diagram& diagram, std::ostream& out) {
  const Diagram visible = with_visible_text(diagram);
  out << svg_drawing(visible, lay_out(visible), Within::file);
}

}  // namespace prise::trace
