// Text measured in the columns of a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace prise::trace {

// The characters, each with what combines with it. A wide one is followed by an empty one, so that
// there is a string for each column.
std::vector<std::string> glyphs_of(std::string_view text);

std::size_t columns_of(std::string_view text);

// Cut to so many columns, with « … » at the end if anything is missing.
std::string shortened(std::string_view text, std::size_t columns);

// In lines of at most so many columns, broken at spaces; a word that is longer is broken anywhere.
std::vector<std::string> wrapped(std::string_view text, std::size_t columns);

}  // namespace prise::trace
