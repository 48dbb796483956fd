// Text into lines of a given width, without a font at hand: the widths are those of DejaVu, which
// is among the widest of what a reader's system may have.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace prise::trace {

enum class Face { sans, bold, mono };

// In the units of `size`, for UTF-8; a little more rather than a little less.
double text_width(std::string_view text, Face face, double size);

// Lines no wider than `width`, broken at spaces, as French wants it (neither inside « » nor before
// « : ; ! ? »), inside a word only when it is too long for a line. At most `lines_max`, the last of
// which then ends in « … ».
std::vector<std::string> wrap(std::string_view text, Face face, double size, double width,
                              std::size_t lines_max);

}  // namespace prise::trace
