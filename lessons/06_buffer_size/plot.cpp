#include "plot.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <system_error>

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

namespace {

// The drawing, in the SVG's own units; y grows downwards.
constexpr double width = 760, height = 460;
constexpr double left = 80, right = 720, top = 70, bottom = 380;

std::string size_text(std::size_t bytes) {
  if (bytes >= 1 << 20) return fmt::format("{} Mio", bytes >> 20);
  if (bytes >= 1 << 10) return fmt::format("{} Kio", bytes >> 10);
  return fmt::format("{}", bytes);
}

// Where a value stands between two others, on a logarithmic axis from one end to the other.
struct LogAxis {
  double from, to;    // values, over 0
  double begin, end;  // places
  double at(double value) const {
    return begin + (end - begin) * std::log(value / from) / std::log(to / from);
  }
};

std::string text_at(double x, double y, std::string_view anchor, std::string_view text) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n", x, y, anchor,
                     text);
}

std::string line_between(double x1, double y1, double x2, double y2) {
  return fmt::format(
      "<line class=\"grid\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"/>\n", x1, y1,
      x2, y2);
}

// Colours follow the reader's theme; a viewer that knows no @media shows the light one.
constexpr std::string_view style = R"(<style>
text { font: 13px sans-serif; fill: #1f2328; }
.title { font-size: 18px; }
.paper { fill: #ffffff; }
.grid { stroke: #d0d7de; }
.curve { fill: none; stroke: #0969da; stroke-width: 2; }
.point { fill: #0969da; }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3; }
.paper { fill: #0d1117; }
.grid { stroke: #30363d; }
.curve { stroke: #58a6ff; }
.point { fill: #58a6ff; }
}
</style>
)";

LogAxis speed_axis(std::span<const Row> rows) {
  const auto slower = [](const Row& a, const Row& b) {
    return a.mebibytes_per_second() < b.mebibytes_per_second();
  };
  const auto [slowest, fastest] = std::minmax_element(rows.begin(), rows.end(), slower);
  const double from = std::pow(10, std::floor(std::log10(slowest->mebibytes_per_second())));
  const double to = std::pow(10, std::ceil(std::log10(fastest->mebibytes_per_second())));
  return {from, std::max(to, from * 10), bottom, top};
}

std::string grid(std::span<const Row> rows, const LogAxis& x, const LogAxis& y) {
  std::string svg;
  for (double speed = y.from; speed < y.to * 1.5; speed *= 10) {
    svg += line_between(left, y.at(speed), right, y.at(speed));
    svg += text_at(left - 8, y.at(speed) + 4, "end", decimal(speed, speed < 1 ? 1 : 0));
  }
  for (const Row& row : rows) {
    const double place = x.at(static_cast<double>(row.buffer_bytes));
    svg += line_between(place, bottom, place, bottom + 6);
    svg += text_at(place, bottom + 22, "middle", size_text(row.buffer_bytes));
  }
  return svg;
}

std::string curve(std::span<const Row> rows, const LogAxis& x, const LogAxis& y) {
  std::string line, points;
  for (const Row& row : rows) {
    const double speed = row.mebibytes_per_second();
    const double px = x.at(static_cast<double>(row.buffer_bytes)), py = y.at(speed);
    line += fmt::format("{:.1f},{:.1f} ", px, py);
    points +=
        fmt::format("<circle class=\"point\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\"/>\n", px, py);
    points += text_at(px, py - 11, "middle", decimal(speed, speed < 10 ? 1 : 0));
  }
  return fmt::format("<polyline class=\"curve\" points=\"{}\"/>\n{}", line, points);
}

std::string explain(int error) {
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

std::string svg_plot(std::span<const Row> rows) {
  const LogAxis x{static_cast<double>(rows.front().buffer_bytes),
                  static_cast<double>(rows.back().buffer_bytes), left + 20, right - 20};
  const LogAxis y = speed_axis(rows);
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" width=\"{}\" height=\"{}\" "
      "role=\"img\" xml:lang=\"fr\">\n<title>Débit selon la taille du tampon de recv</title>\n",
      width, height, width, height);
  svg += style;
  svg += "<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n";
  svg += fmt::format(
      "<text class=\"title\" x=\"{}\" y=\"34\">Débit selon la taille du tampon de "
      "recv</text>\n",
      left);
  svg += text_at(left, 56, "start", "Mio/s, sur la boucle locale (échelles logarithmiques)");
  svg += grid(rows, x, y) + curve(rows, x, y);
  svg += text_at((left + right) / 2, bottom + 52, "middle", "Taille du tampon, en octets");
  return svg + "</svg>\n";
}

std::optional<std::string> obstacle_to_writing(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return "c'est un dossier";
  if (std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error))
    return "ce n'est pas un fichier ordinaire";
  if (path.empty() || path.ends_with('/')) return "il manque le nom du fichier";
  const std::string draft = draft_path(path);
  std::FILE* file = std::fopen(draft.c_str(), "wx");
  if (file == nullptr) return explain(errno);
  std::fclose(file);
  std::remove(draft.c_str());
  return std::nullopt;
}

std::optional<std::string> write_whole(const std::string& path, const std::string& text) {
  const std::string draft = draft_path(path);
  std::FILE* file = std::fopen(draft.c_str(), "wx");
  if (file == nullptr) return explain(errno);
  int error = std::fwrite(text.data(), 1, text.size(), file) == text.size() ? 0 : errno;
  if (std::fclose(file) != 0 && error == 0) error = errno;  // what was buffered is written here
  if (error == 0 && std::rename(draft.c_str(), real_path(path).c_str()) != 0) error = errno;
  if (error == 0) return std::nullopt;
  std::remove(draft.c_str());
  return explain(error);
}
