#include "drawing.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <system_error>

namespace prise {

std::string decimal(double value, int digits) {
  std::string text = fmt::format("{:.{}f}", value, digits);
  std::replace(text.begin(), text.end(), '.', ',');
  return text;
}

std::string bar(double value, double value_max, std::size_t columns) {
  static constexpr std::array parts{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  if (value <= 0 || value_max <= 0) return {};
  const double eighths_wanted = std::round(value / value_max * static_cast<double>(columns * 8));
  const auto eighths = std::max<std::size_t>(1, static_cast<std::size_t>(eighths_wanted));
  std::string blocks;
  for (std::size_t i = 0; i < eighths / 8; ++i)
    blocks += "█";
  return blocks + parts[eighths % 8];
}

namespace svg {
namespace {

// Colours follow the reader's theme; a viewer that knows no @media shows the light one.
constexpr std::string_view style = R"(<style>
text { font: 13px sans-serif; fill: #1f2328; }
.title { font-size: 18px; }
.paper { fill: #ffffff; }
.grid { stroke: #d0d7de; }
.curve { fill: none; stroke-width: 2; }
.stroke0 { stroke: #0969da; } .fill0 { fill: #0969da; }
.stroke1 { stroke: #bc4c00; } .fill1 { fill: #bc4c00; }
.stroke2 { stroke: #1a7f37; } .fill2 { fill: #1a7f37; }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3; }
.paper { fill: #0d1117; }
.grid { stroke: #30363d; }
.stroke0 { stroke: #58a6ff; } .fill0 { fill: #58a6ff; }
.stroke1 { stroke: #f0883e; } .fill1 { fill: #f0883e; }
.stroke2 { stroke: #3fb950; } .fill2 { fill: #3fb950; }
}
</style>
)";

}  // namespace

double LogAxis::at(double value) const {
  return begin + (end - begin) * std::log(value / from) / std::log(to / from);
}

LogAxis log_axis_around(double least, double greatest) {
  const double from = std::pow(10, std::floor(std::log10(least)));
  const double to = std::pow(10, std::ceil(std::log10(greatest)));
  return {from, std::max(to, from * 10), bottom, top};
}

std::string text_at(Point at, std::string_view anchor, std::string_view text) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n", at.x, at.y,
                     anchor, text);
}

std::string grid_line(Point from, Point to) {
  return fmt::format(
      "<line class=\"grid\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"/>\n", from.x,
      from.y, to.x, to.y);
}

std::string grid_of_powers_of_ten(const LogAxis& y) {
  std::string lines;
  for (double value = y.from; value < y.to * 1.5; value *= 10) {
    const int digits = std::max(0, static_cast<int>(-std::floor(std::log10(value) + 0.5)));
    lines += grid_line({left, y.at(value)}, {right, y.at(value)});
    lines += text_at({left - 8, y.at(value) + 4}, "end", decimal(value, digits));
  }
  return lines;
}

std::string curve(std::span<const Point> points, std::size_t series) {
  std::string places;
  for (const Point& point : points)
    places += fmt::format("{:.1f},{:.1f} ", point.x, point.y);
  return fmt::format("<polyline class=\"curve stroke{}\" points=\"{}\"/>\n", series, places);
}

std::string dot(Point at, std::size_t series) {
  return fmt::format("<circle class=\"fill{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\"/>\n", series,
                     at.x, at.y);
}

std::string document(std::string_view title, std::string_view subtitle, std::string_view parts) {
  std::string whole = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" width=\"{}\" height=\"{}\" "
      "role=\"img\" xml:lang=\"fr\">\n<title>{}</title>\n",
      width, height, width, height, title);
  whole += style;
  whole += "<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n";
  whole += fmt::format("<text class=\"title\" x=\"{}\" y=\"34\">{}</text>\n", left, title);
  whole += text_at({left, 56}, "start", subtitle);
  return whole.append(parts) + "</svg>\n";
}

}  // namespace svg

namespace {

std::string explain_writing(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return "ce dossier n'existe pas";
    case EACCES:
    case EPERM:
      return "vous n'avez pas le droit d'écrire dans ce dossier";
    case EROFS:
      return "ce disque est en lecture seule";
    case ENOSPC:
    case EDQUOT:
      return "le disque est plein";
    default:
      return std::generic_category().message(error);
  }
}

// Through symbolic links, so that a link stays a link.
std::string real_path(const std::string& path) {
  std::error_code error;
  const std::filesystem::path real = std::filesystem::weakly_canonical(path, error);
  return error ? path : real.string();
}

// Beside the file, where rename(2) can put it in the file's place in one step.
std::string draft_path(const std::string& path) {
  return fmt::format("{}.{}.part", real_path(path), ::getpid());
}

}  // namespace

std::optional<std::string> obstacle_to_writing(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return "c'est un dossier";
  if (std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error))
    return "ce n'est pas un fichier ordinaire";
  if (path.empty() || path.ends_with('/')) return "il manque le nom du fichier";
  const std::string draft = draft_path(path);
  std::FILE* file = std::fopen(draft.c_str(), "wx");
  if (file == nullptr) return explain_writing(errno);
  std::fclose(file);
  std::remove(draft.c_str());
  return std::nullopt;
}

std::optional<std::string> write_whole(const std::string& path, const std::string& text) {
  const std::string draft = draft_path(path);
  std::FILE* file = std::fopen(draft.c_str(), "wx");
  if (file == nullptr) return explain_writing(errno);
  int error = std::fwrite(text.data(), 1, text.size(), file) == text.size() ? 0 : errno;
  if (std::fclose(file) != 0 && error == 0) error = errno;  // what was buffered is written here
  if (error == 0 && std::rename(draft.c_str(), real_path(path).c_str()) != 0) error = errno;
  if (error == 0) return std::nullopt;
  std::remove(draft.c_str());
  return explain_writing(error);
}

}  // namespace prise
