// exercise.cpp, what the student edits, is solution.cpp without its solution. In solution.cpp:
//
//   //[solution]
//   … the code …
//   //[starter]
//   //|  // TODO : …            becomes a line of the exercise, without the //|
//   //[end]
#pragma once

#include <string>
#include <string_view>

namespace prise::grader {

// Throws std::runtime_error that names the line when the marks do not pair.
std::string starter_of(std::string_view solution);

}  // namespace prise::grader
