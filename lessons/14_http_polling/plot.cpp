#include "plot.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "drawing.hpp"

using namespace prise;

namespace {

svg::LogAxis lateness_axis(std::span<const Watch> watches) {
  double least = std::numeric_limits<double>::max(), greatest = 0;
  for (const Watch& watch : watches) {
    for (const auto& [number, late] : watch.milliseconds) {
      least = std::min(least, late);
      greatest = std::max(greatest, late);
    }
  }
  return greatest == 0 ? svg::log_axis_around(1, 10) : svg::log_axis_around(least, greatest);
}

double place_of(std::int64_t number, const Plan& plan) {
  const double from = svg::left + 20, to = svg::right - 20;
  const auto steps = std::max<std::int64_t>(1, plan.prices() - 1);
  return from + (to - from) * static_cast<double>(number - plan.first) / static_cast<double>(steps);
}

std::string number_marks(const Plan& plan) {
  std::string marks;
  const auto step = std::max<std::int64_t>(1, (plan.prices() + 9) / 10);
  for (std::int64_t number = plan.first; number <= plan.last; number += step) {
    const double place = place_of(number, plan);
    marks += svg::grid_line({place, svg::bottom}, {place, svg::bottom + 6});
    marks += svg::text_at({place, svg::bottom + 22}, "middle", fmt::format("{}", number));
  }
  return marks;
}

std::string curve_of(const Watch& watch, std::size_t series, const Plan& plan,
                     const svg::LogAxis& y) {
  std::vector<svg::Point> points;
  std::string dots;
  for (const auto& [number, late] : watch.milliseconds) {
    points.push_back({place_of(number, plan), y.at(late)});
    dots += svg::dot(points.back(), series);
  }
  const svg::Point legend{svg::left + 140 * static_cast<double>(series) + 20, svg::bottom + 70};
  return svg::curve(points, series) + dots + svg::dot({legend.x - 10, legend.y - 4}, series) +
         svg::text_at(legend, "start", watch.name);
}

}  // namespace

std::string svg_plot(const Plan& plan, std::span<const Watch> watches) {
  const svg::LogAxis y = lateness_axis(watches);
  std::string parts = svg::grid_of_powers_of_ten(y) + number_marks(plan);
  for (std::size_t i = 0; i < watches.size() && i < svg::series_max; ++i)
    parts += curve_of(watches[i], i, plan, y);
  const svg::Point below{(svg::left + svg::right) / 2, svg::bottom + 44};
  parts += svg::text_at(below, "middle", "Numéro du prix");
  return svg::document("Le retard de chaque prix, selon la façon de le demander",
                       "Millisecondes (échelle logarithmique) ; un prix manqué n'a pas de point",
                       parts);
}
