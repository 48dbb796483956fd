#include "plot.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "drawing.hpp"

using namespace prise;

namespace {

using Value = double (*)(const Row&);

struct Range {
  double least, greatest;
};

Range range_of(std::span<const Row> rows, Value value) {
  Range range{std::numeric_limits<double>::max(), 0};
  for (const Row& row : rows) {
    if (value(row) == 0) continue;  // nowhere on a logarithmic axis
    range.least = std::min(range.least, value(row));
    range.greatest = std::max(range.greatest, value(row));
  }
  return range.greatest == 0 ? Range{1, 10} : range;
}

std::string curve_of(Way way, std::span<const Row> rows, Value value, const svg::LogAxis& x,
                     const svg::LogAxis& y) {
  const auto series = static_cast<std::size_t>(way);
  std::vector<svg::Point> points;
  std::string parts;
  for (const Row& row : rows) {
    if (row.way != way || value(row) == 0) continue;
    points.push_back({x.at(static_cast<double>(row.clients)), y.at(value(row))});
    parts += svg::dot(points.back(), series);
  }
  if (points.empty()) return "";
  const double key = svg::left + 30 + 130 * static_cast<double>(series);
  parts += svg::dot({key, svg::bottom + 68}, series);
  parts += svg::text_at({key + 12, svg::bottom + 72}, "start", name_of(way));
  return svg::curve(points, series) + parts;
}

std::string plot(std::span<const Row> rows, Value value, std::string_view title,
                 std::string_view subtitle) {
  const Range clients =
      range_of(rows, [](const Row& row) { return static_cast<double>(row.clients); });
  const svg::LogAxis x{clients.least, std::max(clients.greatest, clients.least * 10),
                       svg::left + 20, svg::right - 20};
  const Range values = range_of(rows, value);
  const svg::LogAxis y = svg::log_axis_around(values.least, values.greatest);
  std::string parts = svg::grid_of_powers_of_ten(y);
  for (const Row& row : rows) {
    if (row.way != rows.front().way) continue;
    const double place = x.at(static_cast<double>(row.clients));
    parts += svg::grid_line({place, svg::bottom}, {place, svg::bottom + 6});
    parts += svg::text_at({place, svg::bottom + 22}, "middle", fmt::format("{}", row.clients));
  }
  parts +=
      svg::text_at({(svg::left + svg::right) / 2, svg::bottom + 46}, "middle", "Clients connectés");
  for (const Way way : {Way::threads, Way::poll, Way::epoll})
    parts += curve_of(way, rows, value, x, y);
  return svg::document(title, subtitle, parts);
}

}  // namespace

std::string svg_of_time(std::span<const Row> rows) {
  return plot(
      rows, [](const Row& row) { return row.microseconds_in_turn; },
      "Ce que coûte un message au serveur",
      "µs de processeur, un seul client parle à la fois (échelles logarithmiques)");
}

std::string svg_of_memory(std::span<const Row> rows) {
  return plot(
      rows, [](const Row& row) { return row.bytes_a_client / 1024; },
      "Ce que coûte un client au serveur",
      "Kio de mémoire du processus, par client (échelles logarithmiques)");
}
