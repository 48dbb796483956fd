// Text as a terminal, or an XML document, may safely show it.
#pragma once

#include <string>
#include <string_view>

namespace prise {

// The same text, where bytes that are not UTF-8 and control bytes become \xNN (\n, \r and \t keep
// their usual names) and the controls beyond ASCII (C1, line separators, direction overrides)
// become \u{NNNN}.
std::string visible_text(std::string_view bytes);

// Between XML's tags, or in its double quotes. The text is a visible_text: XML 1.0 has no place for
// control characters, escaped or not. Nor for U+FFFE and U+FFFF, which become U+FFFD.
std::string escaped_for_xml(std::string_view text);

}  // namespace prise
