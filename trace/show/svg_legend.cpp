#include "show/svg_legend.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "show/wrap.hpp"

namespace prise::trace {
namespace {

constexpr double sign_width = 46, line_height = 32, size = 14.5;

bool has(const Diagram& diagram, ArrowKind kind) {
  return std::any_of(diagram.arrows.begin(), diagram.arrows.end(),
                     [kind](const Arrow& arrow) { return arrow.kind == kind; });
}

std::string line(std::string_view style) {
  return fmt::format("<line class=\"line way {} kernel\" x1=\"0\" y1=\"0\" x2=\"36\" y2=\"0\"/>",
                     style);
}

const std::string head = "<path class=\"head kernel\" d=\"M40 0l-12 -6v12z\"/>";

}  // namespace

SvgLegend::SvgLegend(const Diagram& diagram, const Layout& layout)
    : width_(layout.width), x_(margin), y_(34) {
  const bool waits = !layout.waits.empty();
  const bool queues = std::any_of(layout.routes.begin(), layout.routes.end(),
                                  [](const Route& route) { return route.down_to_row.has_value(); });
  const bool unreceived = std::any_of(layout.routes.begin(), layout.routes.end(),
                                      [](const Route& route) { return !route.received; });
  if (waits)
    add("<rect class=\"wait\" x=\"6\" y=\"-10\" width=\"28\" height=\"20\"/>"
        "<rect fill=\"url(#hatching)\" x=\"6\" y=\"-10\" width=\"28\" height=\"20\"/>",
        "le fil dort dans cet appel\u00a0: il attend");
  if (has(diagram, ArrowKind::connection))
    add(line("connection") + "<circle class=\"way kernel\" cx=\"4\" cy=\"0\" r=\"6\"/>" + head,
        "une connexion s'établit");
  if (has(diagram, ArrowKind::bytes))
    add(line("stream") + head, "des octets, d'un envoi à l'appel qui les prend");
  if (has(diagram, ArrowKind::datagram)) add(line("datagram") + head, "un datagramme");
  if (queues)
    add("<line class=\"line way queue kernel\" x1=\"20\" y1=\"-13\" x2=\"20\" y2=\"13\"/>",
        "déjà arrivé, dans le tampon du noyau\u00a0: personne ne l'a encore pris");
  if (has(diagram, ArrowKind::end))
    add(line("end") + "<path class=\"line way kernel\" d=\"M34 -9v18m6 -18v18\"/>",
        "fin du flux\u00a0: plus rien ne viendra par là");
  if (unreceived || has(diagram, ArrowKind::lost))
    add("<line class=\"line way lost bad\" x1=\"0\" y1=\"0\" x2=\"32\" y2=\"0\"/>"
        "<path class=\"line way bad\" d=\"M24 -8l16 16m0 -16l-16 16\"/>",
        "perdu\u00a0: personne ne l'a lu");
  height_ = elements_.empty() ? 24 : y_ + line_height;
}

void SvgLegend::add(const std::string& sign, const std::string& text) {
  const double width = sign_width + text_width(text, Face::sans, size) + 28;
  if (x_ > margin && x_ + width > width_ - margin) {
    x_ = margin;
    y_ += line_height;
  }
  elements_ += fmt::format(
      "<g transform=\"translate({:g} {:g})\">{}<text class=\"legend\" x=\"{:g}\" "
      "y=\"5\">{}</text></g>\n",
      x_, y_, sign, sign_width + 4, text);
  x_ += width;
}

}  // namespace prise::trace
