#include "rows.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "drawing.hpp"
#include "wrap.hpp"

namespace prise::trace {
namespace {

constexpr double padding = 10, gap = 12;
constexpr double number_width = 26;  // of a call's number, at the left of its block
constexpr std::size_t frames_shown_max = 6;

struct Type {
  std::string_view style;
  Face face;
  double size, line_height;
};
constexpr Type call_type{"call", Face::mono, 14, 20};
constexpr Type result_type{"result", Face::mono, 13.5, 19};
constexpr Type failed_type{"result failed", Face::mono, 13.5, 19};
constexpr Type meaning_type{"meaning", Face::sans, 14.5, 19};
constexpr Type small_type{"small", Face::sans, 13, 18};
constexpr Type bytes_type{"bytes", Face::mono, 14, 19};
constexpr Type hex_type{"hex", Face::mono, 13, 18};
constexpr Type label_type{"label", Face::bold, 14.5, 20};

// Lines one below the other, from the top of a box.
class Column {
public:
  Column(Row& row, double x, double y, double width) : row_(row), x_(x), y_(y), width_(width) {}

  void add(std::string_view text, const Type& type, std::size_t lines_max) {
    for (std::string& line : wrap(text, type.face, type.size, width_, lines_max)) {
      row_.lines.push_back({type.style, std::move(line), x_, y_ + type.line_height * 0.76});
      y_ += type.line_height;
    }
  }
  void skip(double height) { y_ += height; }
  double x() const { return x_; }
  double y() const { return y_; }
  double width() const { return width_; }

private:
  Row& row_;
  double x_, y_, width_;
};

std::string base_name(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

const Type& type_of_result(const Event& event) {
  return event.outcome == Outcome::failed ? failed_type : result_type;
}

// What was printed or typed is said by the meaning: not twice in one block.
std::string arguments_shown(const Event& event) {
  constexpr std::string_view opening = "«";
  const bool quoted = event.arguments.rfind(opening, 0) == 0;
  return quoted && event.meaning.find(event.arguments) != std::string::npos ? "…" : event.arguments;
}

// name(arguments) → result, on one line where they fit.
void add_call(Row& row, Column& column, const Event& event, const std::string& result) {
  const std::string call = event.call + "(" + arguments_shown(event) + ")";
  const Type& type = type_of_result(event);
  const double width = text_width(call, call_type.face, call_type.size) + 10;
  const bool one_line = width + text_width("→ " + result, type.face, type.size) <= column.width();
  if (one_line && !result.empty())
    row.lines.push_back(
        {type.style, "→ " + result, column.x() + width, column.y() + call_type.line_height * 0.76});
  column.add(call, call_type, 3);
  if (!one_line && !result.empty()) column.add("→ " + result, type, 2);
}

void add_joints(Column& column, Joints joints, bool receives_too) {
  if (joints.sends > 1) column.add(fmt::format("réunit {} envois", joints.sends), small_type, 1);
  if (receives_too && joints.receives > 1)
    column.add(fmt::format("sera reçu en {} fois", joints.receives), small_type, 1);
}

// Not to scale, but who waits a thousand times longer is seen to wait longer.
double wait_length(double seconds) {
  return std::min(std::round(14 * std::log10(std::max(seconds, 0.001) * 1000)), 64.0);
}

// « attend 1,2 s », on the lane under the block.
void add_wait(Row& row, const Event& event, double lane_x) {
  const std::string text = event.outcome == Outcome::unfinished
                               ? "attend, et ne reviendra pas"
                               : "attend " + duration(event.ended - event.began);
  const double width = text_width(text, Face::bold, label_type.size) + 24;
  row.wait = {lane_x - width / 2, row.box.y + row.box.height + 8, width, 28};
  row.lines.push_back({"label middle", text, lane_x, row.wait.y + 19});
  row.height = row.wait.y + row.wait.height + 10 + wait_length(event.ended - event.began);
}

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

std::string clock(double seconds) {
  return decimal(seconds, 3) + "\u00a0s";
}

}  // namespace

bool goes_left(const Arrow& arrow, const Diagram& diagram) {
  const std::size_t from = diagram.events.at(arrow.from).lane;
  const std::size_t to = arrow.to ? diagram.events.at(*arrow.to).lane : from;
  return to < from || (to == from && from > 0 && from + 1 == diagram.lanes.size());
}

Row heads_row(const Diagram& diagram, const Layout& layout, Heads heads) {
  Row row;
  row.kind = Row::Kind::heads;
  row.last_lane = std::max<std::size_t>(diagram.lanes.size(), 1) - 1;
  double bottom = 0;
  for (std::size_t lane = 0; lane < diagram.lanes.size(); ++lane) {
    double y = 25;
    const double room = std::min(layout.block_width, layout.lane_distance) - 24;
    for (std::string& line : wrap(diagram.lanes[lane].label, Face::bold, 18, room, 2)) {
      row.lines.push_back({"name middle", std::move(line), layout.lane_x(lane), y});
      y += 22;
    }
    const std::size_t programs = heads == Heads::first ? 2 : 0;
    for (std::string& line : wrap(diagram.lanes[lane].program, Face::mono, 13, room, programs)) {
      row.lines.push_back({"hex middle", std::move(line), layout.lane_x(lane), y});
      y += 18;
    }
    bottom = std::max(bottom, y);
  }
  row.box = {0, 0, layout.block_width, bottom - 6};
  row.height = row.box.height + 14;
  return row;
}

Row call_row(const Diagram& diagram, const Layout& layout, std::size_t event_number,
             Joints joints) {
  const Event& event = diagram.events.at(event_number);
  const double x = layout.lane_x(event.lane) - layout.block_width / 2;
  const bool comes_back_later = event.waited || event.outcome == Outcome::unfinished;
  Row row;
  row.number = event_number;
  row.lane = row.first_lane = row.last_lane = event.lane;
  row.lines.push_back({"small", clock(event.began), margin, 8 + 16.0});
  row.lines.push_back({"number", std::to_string(event_number + 1), x + padding, 8 + 16.0});
  Column column(row, x + padding + number_width, 8,
                layout.block_width - number_width - 2 * padding);
  add_call(row, column, event, comes_back_later ? "" : event.result);
  column.add(event.meaning, meaning_type, 6);
  add_joints(column, comes_back_later ? Joints{0, joints.receives, {}} : joints, true);
  if (event.source)
    column.add(base_name(event.source->file) + ":" + std::to_string(event.source->line), hex_type,
               1);
  row.box = {x, 0, layout.block_width, column.y() + 6};
  row.height = row.box.height + gap;
  if (comes_back_later) add_wait(row, event, layout.lane_x(event.lane));
  return row;
}

Row end_row(const Diagram& diagram, const Layout& layout, std::size_t event_number, Joints joints) {
  const Event& event = diagram.events.at(event_number);
  const double x = layout.lane_x(event.lane) - layout.block_width / 2;
  Row row;
  row.kind = Row::Kind::end_of_wait;
  row.number = event_number;
  row.lane = row.first_lane = row.last_lane = event.lane;
  row.lines.push_back({"small", clock(event.ended), margin, 6 + 15.0});
  row.lines.push_back({"number", std::to_string(event_number + 1), x + padding, 6 + 15.0});
  Column column(row, x + padding + number_width, 6,
                layout.block_width - number_width - 2 * padding);
  const std::string result = event.result.empty() ? "" : " → " + event.result;
  column.add(event.call + result, type_of_result(event), 2);
  if (joints.waker) column.add(woken_by(diagram, *joints.waker), small_type, 2);
  add_joints(column, joints, false);
  row.box = {x, 0, layout.block_width, column.y() + 5};
  row.height = row.box.height + gap;
  return row;
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
