// Text as a terminal may safely show it.
#pragma once

#include <string>
#include <string_view>

namespace prise {

// The same text, where bytes that are not UTF-8 and control bytes become \xNN (\n, \r and \t keep
// their usual names) and the controls beyond ASCII (C1, line separators, direction overrides)
// become \u{NNNN}.
std::string visible_text(std::string_view bytes);

}  // namespace prise
