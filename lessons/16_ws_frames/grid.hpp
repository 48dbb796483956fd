// A frame as RFC 6455 section 5.2 draws one: 32 bits a row, each field in its box.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace prise {

// As much of the frame as there is: a frame that was cut is drawn up to there. Of a long payload
// the beginning alone.
inline constexpr std::size_t payload_bytes_drawn = 16;
std::vector<std::string> grid_of(std::string_view frame);

// "37 fa 21 3d"
std::string hex(std::string_view bytes);

}  // namespace prise
