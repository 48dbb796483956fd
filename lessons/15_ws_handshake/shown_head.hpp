// The head of an HTTP message, written and shown.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "console.hpp"
#include "protocol/http_head.hpp"

namespace prise {

using Fields = std::vector<std::pair<std::string, std::string>>;

// The first line, the fields but for those left out on purpose, and the empty line that ends it.
inline std::string head_without(const std::vector<std::string>& left_out,
                                const std::string& first_line, const Fields& fields) {
  std::string head = first_line + "\r\n";
  for (const auto& [name, value] : fields) {
    const bool wanted = std::none_of(left_out.begin(), left_out.end(), [&](const auto& one) {
      return protocol::equal_ignoring_case(one, name);
    });
    if (wanted) head += name + ": " + value + "\r\n";
  }
  return head + "\r\n";
}

// Its lines, without those "\r\n" and without what follows the empty one.
inline void show_head(std::string_view title, std::string_view message) {
  say("{}", title);
  while (true) {
    const std::string_view line = message.substr(0, message.find("\r\n"));
    if (line.empty()) break;
    say("  {}", line);
    message.remove_prefix(std::min(line.size() + 2, message.size()));
  }
}

}  // namespace prise
