#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "show/column.hpp"
#include "show/rows.hpp"

namespace prise::trace {
namespace {

constexpr std::size_t frames_shown_max = 6;

// The lines of a text whose ends of line are escaped, as HTTP's are.
std::vector<std::string> escaped_lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find("\\n");
    const std::size_t bytes = end == std::string_view::npos ? text.size() : end + 2;
    lines.emplace_back(text.substr(0, bytes));
    text.remove_prefix(bytes);
  }
  return lines;
}

void add_text(Column& column, const Arrow& arrow) {
  constexpr std::size_t lines_max = 12;
  const std::vector<std::string> lines = escaped_lines(arrow.text);
  for (std::size_t i = 0; i < std::min(lines.size(), lines_max); ++i) {
    const bool cut = i + 1 == lines_max && lines.size() > lines_max;
    column.add(lines[i] + (cut ? " …" : ""), bytes_type, lines.size() > 1 ? 2 : 4);
  }
}

double field_width(const FrameField& field) {
  constexpr double size = 14;
  return std::max(text_width(field.name, Face::sans, 13),
                  text_width(field.value, Face::mono, size)) +
         12;
}

// Boxes in a row, or in several when they do not fit; gives the height they take.
double add_fields(Row& row, const Frame& frame, std::size_t number, const Box& room) {
  constexpr double height = 44, space = 3;
  double x = room.x, y = room.y;
  for (FrameField& field : frame_fields(frame)) {
    const double width = std::min(field_width(field), room.width);
    if (x > room.x && x + width > room.x + room.width) {
      x = room.x;
      y += height + space;
    }
    auto shown = wrap(field.value, Face::mono, 14, width - 11, 1);
    field.value = shown.empty() ? "" : shown.front();
    row.fields.push_back({field, number, {x, y, width, height}});
    x += width + space;
  }
  return y + height - room.y;
}

void add_frames(Row& row, Column& column, const Arrow& arrow, double x, double width) {
  const std::size_t shown = std::min(arrow.frames.size(), frames_shown_max);
  for (std::size_t i = 0; i < shown; ++i) {
    column.skip(5);
    column.add(arrow.frames[i].meaning, small_type, 2);
    column.skip(2);
    column.skip(add_fields(row, arrow.frames[i], i, {x, column.y(), width, 0}) + 4);
  }
  if (shown < arrow.frames.size())
    column.add(fmt::format("et {} autres frames", arrow.frames.size() - shown), small_type, 1);
}

double arrow_span(const Arrow& arrow, const Diagram& diagram, const Layout& layout) {
  const std::size_t from = diagram.events.at(arrow.from).lane;
  const std::size_t to = arrow.to ? diagram.events.at(*arrow.to).lane : from;
  return from == to ? layout.lane_distance : std::abs(layout.lane_x(to) - layout.lane_x(from));
}

// Lines and fields both begin at `padding`.
double content_width(const Row& row) {
  double width = 0;
  for (const Line& line : row.lines) {
    const Face face = line.style == label_type.style   ? Face::bold
                      : line.style == small_type.style ? Face::sans
                                                       : Face::mono;
    width = std::max(width, text_width(line.text, face, bytes_type.size));
  }
  for (const FieldBox& field : row.fields)
    width = std::max(width, field.box.x + field.box.width - padding);
  return width;
}

void move_right(Row& row, double distance) {
  row.box.x += distance;
  for (Line& line : row.lines)
    line.x += distance;
  for (FieldBox& field : row.fields)
    field.box.x += distance;
}

// From where it begins to where it ends; one that nobody receives, or that comes back, to the next
// lane.
void take_lanes(Row& row, const Arrow& arrow, const Diagram& diagram) {
  row.lane = diagram.events.at(arrow.from).lane;
  std::size_t other = arrow.to ? diagram.events.at(*arrow.to).lane : row.lane;
  if (other == row.lane)
    other = goes_left(arrow, diagram) ? other - 1 : std::min(other + 1, diagram.lanes.size() - 1);
  row.first_lane = std::min(row.lane, other);
  row.last_lane = std::max(row.lane, other);
}

}  // namespace

bool goes_left(const Arrow& arrow, const Diagram& diagram) {
  const std::size_t from = diagram.events.at(arrow.from).lane;
  const std::size_t to = arrow.to ? diagram.events.at(*arrow.to).lane : from;
  return to < from || (to == from && from > 0 && from + 1 == diagram.lanes.size());
}

Row arrow_row(const Diagram& diagram, const Layout& layout, std::size_t arrow_number) {
  const Arrow& arrow = diagram.arrows.at(arrow_number);
  Row row;
  row.kind = Row::Kind::arrow;
  row.number = arrow_number;
  take_lanes(row, arrow, diagram);

  const double span = arrow_span(arrow, diagram, layout);
  const double room = std::min(span - 64, 560.0);
  Column column(row, padding, 6, room - 2 * padding);
  column.add(arrow_label(arrow), label_type, 2);
  if (arrow.frames.empty()) add_text(column, arrow);
  add_frames(row, column, arrow, padding, room - 2 * padding);
  column.add(arrow.hex, hex_type, 2);
  row.box = {0, 0, content_width(row) + 2 * padding, column.y() + 4};

  // In the middle of its way; beside its sender where the way is long.
  const bool comes_back = arrow.to && diagram.events.at(*arrow.to).lane == row.lane;
  const double away = comes_back ? 16 : std::min((span - row.box.width) / 2, 90.0);
  const double from_x = layout.lane_x(row.lane);
  move_right(row, goes_left(arrow, diagram) ? from_x - away - row.box.width : from_x + away);
  row.arrow_y = row.box.height + 12;
  row.height = row.arrow_y + 16;
  return row;
}

}  // namespace prise::trace
