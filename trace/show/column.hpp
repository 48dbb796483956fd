// Lines of text one below the other in a row: their types, as in page/diagram.css, and where they
// stand.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "show/layout.hpp"
#include "show/wrap.hpp"

namespace prise::trace {

inline constexpr double padding = 10;  // between a box and what is in it

struct Type {
  std::string_view style;
  Face face;
  double size, line_height;
};
inline constexpr Type call_type{"call", Face::mono, 14, 20};
inline constexpr Type result_type{"result", Face::mono, 13.5, 19};
inline constexpr Type failed_type{"result failed", Face::mono, 13.5, 19};
inline constexpr Type meaning_type{"meaning", Face::sans, 14.5, 19};
inline constexpr Type small_type{"small", Face::sans, 13, 18};
inline constexpr Type bytes_type{"bytes", Face::mono, 14, 19};
inline constexpr Type hex_type{"hex", Face::mono, 13, 18};
inline constexpr Type label_type{"label", Face::bold, 14.5, 20};

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

}  // namespace prise::trace
