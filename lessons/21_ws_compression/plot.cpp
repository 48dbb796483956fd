#include "plot.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "drawing.hpp"

using namespace prise;

namespace {

struct Axes {
  svg::LogAxis bytes, microseconds;
};

Axes axes_around(std::span<const Row> rows) {
  double least_bytes = std::numeric_limits<double>::max(), most_bytes = 1;
  double least_time = std::numeric_limits<double>::max(), most_time = 0.001;
  for (const Row& row : rows) {
    for (const Cost& cost : row.costs) {
      least_bytes = std::min(least_bytes, cost.bytes);
      most_bytes = std::max(most_bytes, cost.bytes);
      least_time = std::min(least_time, std::max(cost.microseconds, 0.001));
      most_time = std::max(most_time, cost.microseconds);
    }
  }
  return {{least_bytes, most_bytes, svg::left + 20, svg::right - 20},
          svg::log_axis_around(least_time, most_time)};
}

std::string size_text(std::size_t bytes) {
  return bytes < 1024 ? fmt::format("{}", bytes) : fmt::format("{} Kio", bytes >> 10);
}

std::string marks_of_bytes(const svg::LogAxis& axis) {
  std::string marks;
  for (std::size_t bytes = 16; static_cast<double>(bytes) <= axis.to; bytes *= 4) {
    if (static_cast<double>(bytes) < axis.from) continue;
    const double place = axis.at(static_cast<double>(bytes));
    marks += svg::grid_line({place, svg::bottom}, {place, svg::bottom + 6});
    marks += svg::text_at({place, svg::bottom + 22}, "middle", size_text(bytes));
  }
  return marks;
}

std::string curve_of(std::size_t way, std::span<const Row> rows, const Axes& axes) {
  std::vector<svg::Point> points;
  std::string dots;
  for (const Row& row : rows) {
    const Cost& cost = row.costs[way];
    points.push_back(
        {axes.bytes.at(cost.bytes), axes.microseconds.at(std::max(cost.microseconds, 0.001))});
    dots += svg::dot(points.back(), way);
    if (way == ways.size() - 1)  // the size of the message, once
      dots += svg::text_at({points.back().x, points.back().y - 12}, "middle",
                           size_text(row.message_bytes));
  }
  const svg::Point legend{svg::left + 160 * static_cast<double>(way) + 20, svg::bottom + 72};
  return svg::curve(points, way) + dots + svg::dot({legend.x - 10, legend.y - 4}, way) +
         svg::text_at(legend, "start", ways[way]);
}

}  // namespace

std::string svg_plot(const std::string& kind, std::span<const Row> rows) {
  const Axes axes = axes_around(rows);
  std::string parts = svg::grid_of_powers_of_ten(axes.microseconds) + marks_of_bytes(axes.bytes);
  for (std::size_t way = 0; way < ways.size(); ++way)
    parts += curve_of(way, rows, axes);
  const svg::Point below{(svg::left + svg::right) / 2, svg::bottom + 48};
  return svg::document("Ce que la compression gagne, et ce qu'elle coûte",
                       kind + " : µs de processeur par message (échelles logarithmiques)",
                       parts + svg::text_at(below, "middle", "Octets sur TCP, par message"));
}
