// The files of page/, as they were when this was built (embed.cmake).
#pragma once

#include <string_view>

namespace prise::trace {

extern const std::string_view diagram_style;  // page/diagram.css

extern const std::string_view page_frame;   // page/page.html, with @…@ where the rest goes
extern const std::string_view page_style;   // page/diagram.css and page/page.css
extern const std::string_view page_script;  // page/*.js
// SHA-256 of the last two, in hexadecimal: what the page's security policy lets through.
extern const std::string_view page_style_sha256, page_script_sha256;

}  // namespace prise::trace
