#include "benchmarks/server/chart.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace prise::benchmark {

// Bars lie, one a line: their names are long, and a ratio of 100 stands beside one of 1.
std::string chart_of(const std::vector<Bar>& bars) {
  constexpr double left = 200, right = 700, row = 15, top = 56;
  double greatest = 10;
  for (const Bar& bar : bars)
    greatest = std::max(greatest, bar.ratio);
  const svg::LogAxis axis{1, greatest, left, right};
  std::string parts;
  double y = top;
  std::string mode;
  for (const Bar& bar : bars) {
    if (bar.mode != mode) {
      mode = bar.mode;
      y += row;
      parts += fmt::format(R"(<text x="8" y="{}" font-weight="bold">{}</text>)", y, mode);
      y += row;
    }
    const double end = axis.at(std::max(bar.ratio, 1.0));
    const bool ours = bar.who.starts_with("Prise");
    parts +=
        fmt::format(R"(<text x="{}" y="{}" text-anchor="end">{}</text>)", left - 6, y, bar.who);
    parts += fmt::format(R"(<rect x="{}" y="{}" width="{:.1f}" height="9" fill="{}"/>)", left,
                         y - 9, std::max(1.0, end - left), ours ? "#1f6feb" : "#8b949e");
    parts += fmt::format(R"(<text x="{:.1f}" y="{}">{:.2f}</text>)", end + 5, y, bar.ratio);
    y += row;
  }
  return fmt::format(
      R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 {}" font-family="sans-serif" font-size="11">)"
      R"(<rect width="100%" height="100%" fill="#ffffff"/>)"
      R"(<text x="8" y="22" font-size="15">CPU a message, as a ratio to raw TCP</text>)"
      R"(<text x="8" y="40">logarithmic; shorter is better</text>{}</svg>)",
      y + row, parts);
}

namespace {

void add_new(std::vector<std::string>& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

std::string text_at(const std::vector<Cell>& cells, const std::string& mode,
                    const std::string& who) {
  for (const Cell& cell : cells)
    if (cell.mode == mode && cell.who == who) return cell.text;
  return "–";
}

}  // namespace

std::vector<std::string> table_of(const std::vector<Cell>& cells) {
  std::vector<std::string> modes, servers;
  for (const Cell& cell : cells) {
    add_new(modes, cell.mode);
    add_new(servers, cell.who);
  }
  std::vector<std::string> lines{"| |", "|---|"};
  for (const std::string& mode : modes) {
    lines[0] += fmt::format(" {} |", mode);
    lines[1] += "---|";
  }
  for (const std::string& who : servers) {
    lines.push_back(fmt::format("| {} |", who));
    for (const std::string& mode : modes)
      lines.back() += fmt::format(" {} |", text_at(cells, mode, who));
  }
  return lines;
}

}  // namespace prise::benchmark
