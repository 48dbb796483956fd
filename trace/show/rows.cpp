#include "show/rows.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "drawing.hpp"
#include "show/column.hpp"

namespace prise::trace {
namespace {

constexpr double gap = 12;           // below a block
constexpr double number_width = 26;  // of a call's number, at the left of its block

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

std::string clock(double seconds) {
  return decimal(seconds, 3) + "\u00a0s";
}

}  // namespace

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

}  // namespace prise::trace
