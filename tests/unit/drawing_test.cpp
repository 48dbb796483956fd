#include "drawing.hpp"

#include <cmath>
#include <string>

#include "support/catch.hpp"

using namespace prise;

namespace {

bool near(double left, double right) {
  return std::abs(left - right) < 1e-6;
}

}  // namespace

TEST_CASE("numbers are written as the French write them", "[drawing]") {
  CHECK(decimal(3.14159, 2) == "3,14");
  CHECK(decimal(0.5, 0) == "0");
  CHECK(decimal(1234, 1) == "1234,0");
}

TEST_CASE("a bar is as long as its value, and never empty for one", "[drawing]") {
  CHECK(bar(10, 10, 4) == "████");
  CHECK(bar(5, 10, 4) == "██");
  CHECK(bar(0.001, 10, 4) == "▏");
  CHECK(bar(0, 10, 4).empty());
  CHECK(bar(1, 0, 4).empty());
}

TEST_CASE("a logarithmic axis gives each power of ten the same room", "[drawing]") {
  const svg::LogAxis axis = svg::log_axis_around(0.2, 70);
  CHECK(near(axis.from, 0.1));
  CHECK(near(axis.to, 100));
  CHECK(near(axis.at(0.1), svg::bottom));
  CHECK(near(axis.at(100), svg::top));
  CHECK(near(axis.at(1) - axis.at(10), (svg::bottom - svg::top) / 3));
  const std::string grid = svg::grid_of_powers_of_ten(axis);
  for (const std::string number : {">0,1<", ">1<", ">10<", ">100<"})
    CHECK(grid.find(number) != std::string::npos);
}

TEST_CASE("one value alone has an axis too", "[drawing]") {
  const svg::LogAxis axis = svg::log_axis_around(10, 10);
  CHECK(axis.to > axis.from);
}
