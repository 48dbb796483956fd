#include <ostream>
#include "layout.hpp"
#include "show.hpp"
#include "svg_drawing.hpp"
namespace prise::trace {
void write_html(const Diagram& diagram, std::ostream& out) {
  write_svg(diagram, out);
}
}  // namespace prise::trace
