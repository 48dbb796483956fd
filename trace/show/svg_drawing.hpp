// A diagram as SVG elements: what the SVG file and the HTML page have in common.
#pragma once

#include <string>

#include "diagram.hpp"
#include "show/layout.hpp"

namespace prise::trace {

// The picture from its title to its legend, as <svg>…</svg>. Within a page, it leaves title and
// notes to the page and brings no style of its own. Every event N is in elements event-N, and end-N
// where it waited; every arrow in arrow-N. data-row, and data-from and data-to of what runs across
// rows, let a script close rows: page/drawing.js does.
enum class Within { file, page };
std::string svg_drawing(const Diagram& diagram, const Layout& layout, Within within);

}  // namespace prise::trace
