#include "show/svg_drawing.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>

#include "show/page_files.hpp"
#include "show/svg_legend.hpp"
#include "visible_text.hpp"

namespace prise::trace {
namespace {

class Drawing {
public:
  Drawing(const Diagram& diagram, const Layout& layout) : diagram_(diagram), layout_(layout) {}

  std::string draw(Within within) {
    const SvgLegend legend(diagram_, layout_);
    const double bottom = layout_.height + legend.height();
    const double top =
        within == Within::file || layout_.rows.empty() ? 0 : layout_.rows.front().top - 12;
    put(R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 {0} {1} {2}" width="{1}" height="{2}" role="img" )"
        R"(xml:lang="fr" lang="fr" aria-labelledby="trace-title trace-desc" id="drawing">)"
        "\n<title id=\"trace-title\">{3}</title>\n<desc id=\"trace-desc\">{4}</desc>\n",
        top, layout_.width, bottom - top, escaped_for_xml(diagram_.title),
        escaped_for_xml(description(diagram_)));
    if (within == Within::file) put("<style>\n{}</style>\n", diagram_style);
    put("<defs><pattern id=\"hatching\" width=\"9\" height=\"9\" patternUnits=\"userSpaceOnUse\" "
        "patternTransform=\"rotate(45)\"><line class=\"hatch\" x1=\"0\" y1=\"0\" x2=\"0\" "
        "y2=\"9\"/></pattern></defs>\n");
    put("<rect class=\"page\" id=\"ground\" x=\"1\" y=\"{}\" width=\"{}\" height=\"{}\" "
        "rx=\"12\"/>\n",
        top + 1, layout_.width - 2, bottom - top - 2);
    if (within == Within::file) lines(layout_.title);
    lives();
    for (const Wait& wait : layout_.waits)
      put_wait(wait);
    for (const Route& route : layout_.routes)
      put_way_down(route);
    std::size_t route = 0;
    for (std::size_t row = 0; row < layout_.rows.size(); ++row)
      put_row(row, route);
    put("<g id=\"legend\" data-height=\"{:g}\" transform=\"translate(0 {:g})\">\n{}</g>\n</svg>\n",
        legend.height(), layout_.height, legend.elements());
    return std::move(out_);
  }

private:
  template <typename... Arguments>
  void put(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Arguments>(arguments)...);
  }

  void lines(const std::vector<Line>& all) {
    for (const Line& line : all)
      put("<text class=\"{}\" x=\"{:g}\" y=\"{:g}\">{}</text>\n", line.style, line.x, line.y,
          escaped_for_xml(line.text));
  }

  void box(const Box& box, std::string_view style, double radius) {
    put("<rect class=\"{}\" x=\"{:g}\" y=\"{:g}\" width=\"{:g}\" height=\"{:g}\" rx=\"{:g}\"/>\n",
        style, box.x, box.y, box.width, box.height, radius);
  }

  void lives() {
    for (std::size_t lane = 0; lane < diagram_.lanes.size(); ++lane)
      put("<line class=\"life\" data-lane=\"{0}\" data-from=\"0\" data-from-y=\"20\" x1=\"{1:g}\" "
          "y1=\"{2:g}\" x2=\"{1:g}\" "
          "y2=\"{3:g}\"/>\n",
          lane, layout_.lane_x(lane), layout_.rows.front().top + 20, layout_.height);
  }

  // One that never came back goes on to the bottom.
  void put_wait(const Wait& wait) {
    const Row& from = layout_.rows[wait.from_row];
    const double x = layout_.lane_x(from.lane) - wait_width / 2;
    const double begin = from.box.height - 4, y = from.top + begin;
    const double end = wait.to_row ? layout_.rows[*wait.to_row].top + 4 : layout_.height;
    const std::string to =
        wait.to_row ? fmt::format(" data-to=\"{}\" data-to-y=\"4\"", *wait.to_row) : "";
    put("<g class=\"waiting\" id=\"wait-{}\" data-lane=\"{}\">\n", wait.event, from.lane);
    for (const std::string_view style : {"class=\"wait\"", "fill=\"url(#hatching)\""})
      put("<rect {} data-from=\"{}\" data-from-y=\"{:g}\"{} x=\"{:g}\" y=\"{:g}\" width=\"{:g}\" "
          "height=\"{:g}\"/>\n",
          style, wait.from_row, begin, to, x, y, wait_width, end - y);
    put("</g>\n");
  }

  // Where what was sent lies in the receiver's kernel, until a call takes it.
  void put_way_down(const Route& route) {
    if (!route.down_to_row) return;
    const Row& from = layout_.rows[route.row];
    const Row& to = layout_.rows[*route.down_to_row];
    put("<line class=\"line way queue {0}\" data-arrow=\"{1}\" data-from=\"{2}\" "
        "data-from-y=\"{3:g}\" data-to=\"{4}\" "
        "data-to-y=\"-9\" x1=\"{5:g}\" y1=\"{6:g}\" x2=\"{5:g}\" y2=\"{7:g}\"/>\n",
        layout_.colours[from.lane], route.arrow, route.row, from.arrow_y, *route.down_to_row,
        route.x_turn, from.top + from.arrow_y, to.top - 9);
    put("<g data-arrow=\"{}\" data-row=\"{}\" transform=\"translate(0 {:g})\"><path class=\"head "
        "{}\" "
        "d=\"M{:g} 0l-6 -11h12z\"/></g>\n",
        route.arrow, *route.down_to_row, to.top, layout_.colours[from.lane], route.x_turn);
  }

  void put_row(std::size_t number, std::size_t& route) {
    const Row& row = layout_.rows[number];
    if (row.kind == Row::Kind::heads) return put_heads(number);
    const bool arrow = row.kind == Row::Kind::arrow;
    const std::string_view name = arrow ? "arrow" : row.kind == Row::Kind::call ? "event" : "end";
    put("<g class=\"row {0}-row\" id=\"{0}-{1}\" data-row=\"{2}\" data-height=\"{3:g}\" "
        "transform=\"translate(0 {4:g})\" data-lanes=\"{5}-{6}\">\n",
        name, row.number, number, row.height, row.top, row.first_lane, row.last_lane);
    if (arrow) {
      while (layout_.routes[route].arrow != row.number)
        route = (route + 1) % layout_.routes.size();
      put_arrow(row, layout_.routes[route]);
    } else {
      put_call(row);
    }
    lines(row.lines);
    for (const FieldBox& field : row.fields)
      put_field(field);
    put("</g>\n");
  }

  void put_heads(std::size_t number) {
    const Row& row = layout_.rows[number];
    put("<g class=\"row heads\" data-row=\"{}\" data-height=\"{:g}\" data-lanes=\"{}-{}\" "
        "transform=\"translate(0 {:g})\">\n",
        number, row.height, row.first_lane, row.last_lane, row.top);
    const double width = std::min(layout_.block_width, layout_.lane_distance) - 4;
    for (std::size_t lane = 0; lane < layout_.colours.size(); ++lane)
      box({layout_.lane_x(lane) - width / 2, 0, width, row.box.height}, layout_.colours[lane], 8);
    lines(row.lines);
    put("</g>\n");
  }

  void put_call(const Row& row) {
    const Event& event = diagram_.events[row.number];
    put("<title>{}</title>\n", escaped_for_xml(whole_call(event)));
    box(row.box, layout_.colours[row.lane], 8);
    if (row.wait.width > 0) box(row.wait, "wait", 14);
  }

  static std::string whole_call(const Event& event) {
    std::string text = fmt::format("{}({})", event.call, event.arguments);
    if (!event.result.empty()) text += " → " + event.result;
    text += "\n" + event.meaning;
    if (event.source)
      text +=
          fmt::format("\n{}:{}\n{}", event.source->file, event.source->line, event.source->text);
    return text;
  }

  void put_arrow(const Row& row, const Route& route) {
    const Arrow& arrow = diagram_.arrows[route.arrow];
    const bool lost = arrow.kind == ArrowKind::lost || !route.received;
    const std::string_view colour = lost ? "bad" : layout_.colours[row.lane];
    const double y = row.arrow_y, ahead = route.x_turn < route.x_from ? -1 : 1;
    const double tip = route.down_to_row || lost ? route.x_turn : route.x_turn - ahead * 9;
    put("<line class=\"line way {} {}\" x1=\"{:g}\" y1=\"{:g}\" x2=\"{:g}\" y2=\"{:g}\"/>\n",
        kind_style(arrow.kind), colour, route.x_from, y, tip, y);
    if (arrow.kind == ArrowKind::connection)
      put("<circle class=\"way {}\" cx=\"{:g}\" cy=\"{:g}\" r=\"7\"/>\n", colour, route.x_from, y);
    if (lost)
      put("<path class=\"line way {} cross\" d=\"M{:g} {:g}l18 18m0 -18l-18 18\"/>\n", colour,
          route.x_turn - 9, y - 9);
    else if (arrow.kind == ArrowKind::end)
      put("<path class=\"line way {}\" d=\"M{:g} {:g}v20m{:g} -20v20\"/>\n", colour, tip, y - 10,
          ahead * 6);
    else if (!route.down_to_row)
      put("<path class=\"head {}\" d=\"M{:g} {:g}l{:g} -7v14z\"/>\n", colour, route.x_turn, y,
          ahead * -13);
    put("<g class=\"{}\">", lost ? "bad" : colour);
    box(row.box, lost ? "bad" : fmt::format("{} card", colour), 8);
    put("</g>\n");
  }

  static std::string_view kind_style(ArrowKind kind) {
    switch (kind) {
      case ArrowKind::connection:
        return "connection";
      case ArrowKind::bytes:
        return "stream";
      case ArrowKind::datagram:
        return "datagram";
      case ArrowKind::end:
        return "end";
      case ArrowKind::lost:
        return "lost";
    }
    return {};
  }

  void put_field(const FieldBox& shown) {
    const Box& at = shown.box;
    box(at, role_style(shown.field.role), 3);
    put("<text class=\"field-name middle\" x=\"{0:g}\" y=\"{1:g}\">{2}</text>\n"
        "<text class=\"field-value middle\" x=\"{0:g}\" y=\"{3:g}\">{4}</text>\n",
        at.x + at.width / 2, at.y + 17, escaped_for_xml(shown.field.name), at.y + 36,
        escaped_for_xml(shown.field.value));
  }

  static std::string_view role_style(std::string_view role) {
    if (role == "fin" || role == "opcode") return "third";
    if (role == "mask" || role == "key") return "wait";
    if (role == "length") return "server";
    return role == "payload" ? "client" : "kernel";
  }

  const Diagram& diagram_;
  const Layout& layout_;
  std::string out_;
};

}  // namespace

std::string svg_drawing(const Diagram& diagram, const Layout& layout, Within within) {
  return Drawing(diagram, layout).draw(within);
}

}  // namespace prise::trace
