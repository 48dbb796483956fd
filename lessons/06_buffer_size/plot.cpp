#include "plot.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "drawing.hpp"

using namespace prise;

namespace {

std::string size_text(std::size_t bytes) {
  if (bytes >= 1 << 20) return fmt::format("{} Mio", bytes >> 20);
  if (bytes >= 1 << 10) return fmt::format("{} Kio", bytes >> 10);
  return fmt::format("{}", bytes);
}

svg::LogAxis speed_axis(std::span<const Row> rows) {
  const auto slower = [](const Row& a, const Row& b) {
    return a.mebibytes_per_second() < b.mebibytes_per_second();
  };
  const auto [slowest, fastest] = std::minmax_element(rows.begin(), rows.end(), slower);
  return svg::log_axis_around(slowest->mebibytes_per_second(), fastest->mebibytes_per_second());
}

std::string size_marks(std::span<const Row> rows, const svg::LogAxis& x) {
  std::string marks;
  for (const Row& row : rows) {
    const double place = x.at(static_cast<double>(row.buffer_bytes));
    marks += svg::grid_line({place, svg::bottom}, {place, svg::bottom + 6});
    marks += svg::text_at({place, svg::bottom + 22}, "middle", size_text(row.buffer_bytes));
  }
  return marks;
}

std::string speed_curve(std::span<const Row> rows, const svg::LogAxis& x, const svg::LogAxis& y) {
  std::vector<svg::Point> points;
  std::string dots;
  for (const Row& row : rows) {
    const double speed = row.mebibytes_per_second();
    const svg::Point at{x.at(static_cast<double>(row.buffer_bytes)), y.at(speed)};
    points.push_back(at);
    dots += svg::dot(at, 0);
    dots += svg::text_at({at.x, at.y - 11}, "middle", decimal(speed, speed < 10 ? 1 : 0));
  }
  return svg::curve(points, 0) + dots;
}

}  // namespace

std::string svg_plot(std::span<const Row> rows) {
  const svg::LogAxis x{static_cast<double>(rows.front().buffer_bytes),
                       static_cast<double>(rows.back().buffer_bytes), svg::left + 20,
                       svg::right - 20};
  const svg::LogAxis y = speed_axis(rows);
  const svg::Point below{(svg::left + svg::right) / 2, svg::bottom + 52};
  return svg::document("Débit selon la taille du tampon de recv",
                       "Mio/s, sur la boucle locale (échelles logarithmiques)",
                       svg::grid_of_powers_of_ten(y) + size_marks(rows, x) +
                           speed_curve(rows, x, y) +
                           svg::text_at(below, "middle", "Taille du tampon, en octets"));
}
