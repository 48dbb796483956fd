// What a measurement shows to its user: numbers as the French write them, bars made of blocks, SVG
// drawings, and files that are written whole or not at all. Nothing of the network.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace prise {

// As the French write it: 3,14.
std::string decimal(double value, int digits);

// value, from 0 to value_max, as blocks of an eighth of a column; never empty when value is not 0.
std::string bar(double value, double value_max, std::size_t columns);

// The parts of an SVG document. Units are the drawing's own; y grows downwards. Titles and texts
// are ours: no '<', no '&'.
namespace svg {

// The drawing, and in it the rectangle of the curves.
inline constexpr double width = 760, height = 460;
inline constexpr double left = 80, right = 720, top = 70, bottom = 380;

struct Point {
  double x, y;
};

// Where a value stands between two others, on a logarithmic axis from one end to the other.
struct LogAxis {
  double from, to;    // values, over 0
  double begin, end;  // places
  double at(double value) const;
};

// The vertical axis from `bottom` to `top`, between the powers of ten around these values.
LogAxis log_axis_around(double least, double greatest);

inline constexpr std::size_t series_max = 3;  // each series has its colour

std::string text_at(Point at, std::string_view anchor, std::string_view text);
std::string grid_line(Point from, Point to);
std::string grid_of_powers_of_ten(const LogAxis& y);  // with their numbers, on the left
std::string curve(std::span<const Point> points, std::size_t series);
std::string dot(Point at, std::size_t series);

// The whole document: title, what is drawn (one line below it), and the parts.
std::string document(std::string_view title, std::string_view subtitle, std::string_view parts);

}  // namespace svg

// Why no file can be written at this path (a French phrase); nullopt: it can, as far as can be
// told.
std::optional<std::string> obstacle_to_writing(const std::string& path);

// Writes the file whole or not at all; what stood there before stays until then. Gives the obstacle
// if there was one.
std::optional<std::string> write_whole(const std::string& path, const std::string& text);

}  // namespace prise
