// Where everything in a drawn diagram stands: rows from top to bottom, one for each moment of a
// call and one for each arrow, and what runs down along the lanes across rows. Units are the
// drawing's own, about pixels; y grows downwards; what is in a row is measured from the row's top.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "diagram.hpp"
#include "wording.hpp"

namespace prise::trace {

struct Line {
  std::string_view style;  // a class of page/diagram.css
  std::string text;
  double x = 0, y = 0;  // the baseline
};

struct Box {
  double x = 0, y = 0, width = 0, height = 0;
};

struct FieldBox {
  FrameField field;
  std::size_t frame = 0;  // of the arrow
  Box box;
};

struct Row {
  enum class Kind { heads, call, end_of_wait, arrow };
  Kind kind = Kind::call;
  std::size_t number = 0;                     // of the event or the arrow
  std::size_t lane = 0;                       // an arrow's: where it comes from
  std::size_t first_lane = 0, last_lane = 0;  // what it takes the room of
  double top = 0, height = 0;
  Box box;  // the block of a call, the card of an arrow; without width: none
  std::vector<Line> lines;
  std::vector<FieldBox> fields;
  Box wait;            // « attend 1,2 s », under a call that waited
  double arrow_y = 0;  // an arrow's line
};

// A call that waits, along its lane.
struct Wait {
  std::size_t event = 0, from_row = 0;
  std::optional<std::size_t> to_row;  // none: it never came back
};

// An arrow: level in its own row from x_from to x_turn, then, when what it carries had to wait for
// the call that takes it, down to that call's row.
struct Route {
  std::size_t arrow = 0, row = 0;
  double x_from = 0, x_turn = 0;
  std::optional<std::size_t> down_to_row;
  bool received = true;
};

struct Layout {
  double width = 0, height = 0;  // without the legend
  double block_width = 0, lane_distance = 0;
  std::vector<Line> title;  // and the notes; from the top of the drawing
  std::vector<Row> rows;
  std::vector<Wait> waits;
  std::vector<Route> routes;
  std::vector<std::string_view> colours;  // of the lanes

  double lane_x(std::size_t lane) const;
};

inline constexpr double margin = 24, wait_width = 20;
inline constexpr double step = 34;  // from the top of a row to that of the next, at least

// The diagram's texts must be visible (with_visible_text).
Layout lay_out(const Diagram& diagram);

}  // namespace prise::trace
