// What the signs of a drawing mean: only those that are in it.
#pragma once

#include <string>

#include "diagram.hpp"
#include "show/layout.hpp"

namespace prise::trace {

class SvgLegend {
public:
  SvgLegend(const Diagram& diagram, const Layout& layout);

  double height() const { return height_; }                  // 0: nothing to explain
  const std::string& elements() const { return elements_; }  // from the legend's own top

private:
  void add(const std::string& sign, const std::string& text);

  double width_ = 0, x_ = 0, y_ = 0, height_ = 0;
  std::string elements_;
};

}  // namespace prise::trace
