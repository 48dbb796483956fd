#include "protocol/websocket/extension.hpp"

#include <algorithm>
#include <string_view>

namespace prise::websocket {
namespace {

// Reads one field's value from left to right. Each function takes what it names, or nothing.
class Reader {
public:
  explicit Reader(std::string_view text) : rest_{text} { skip_blanks(); }

  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    skip_blanks();
    return true;
  }

  std::optional<std::string> take_token() {
    std::size_t length = 0;
    while (length < rest_.size() && protocol::is_token(rest_.substr(length, 1)))
      ++length;
    if (length == 0) return std::nullopt;
    std::string token{rest_.substr(0, length)};
    rest_.remove_prefix(length);
    skip_blanks();
    return token;
  }

  // RFC 9110 section 5.6.4; what stands within the quotes must be a token as well.
  std::optional<std::string> take_quoted_token() {
    std::string text;
    std::size_t at = 1;
    while (at < rest_.size() && rest_[at] != '"') {
      if (rest_[at] == '\\') ++at;
      if (at < rest_.size()) text += rest_[at++];
    }
    if (at >= rest_.size() || !protocol::is_token(text)) return std::nullopt;
    rest_.remove_prefix(at + 1);
    skip_blanks();
    return text;
  }

  std::optional<std::string> take_value() {
    const bool quoted = !rest_.empty() && rest_.front() == '"';
    return quoted ? take_quoted_token() : take_token();
  }

private:
  void skip_blanks() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size()));
  }

  std::string_view rest_;
};

bool take_parameter(Reader& reader, Extension& extension) {
  const auto name = reader.take_token();
  if (!name) return false;
  ExtensionParameter parameter{*name, std::nullopt};
  if (reader.take('=')) {
    parameter.value = reader.take_value();
    if (!parameter.value) return false;
  }
  extension.parameters.push_back(std::move(parameter));
  return true;
}

bool take_extension(Reader& reader, std::vector<Extension>& extensions) {
  const auto name = reader.take_token();
  if (!name) return false;
  Extension& extension = extensions.emplace_back(Extension{*name, {}});
  while (reader.take(';'))
    if (!take_parameter(reader, extension)) return false;
  return reader.at_end() || reader.take(',');
}

}  // namespace

std::optional<std::vector<Extension>> parse_extensions(const protocol::HeaderFields& fields) {
  std::vector<Extension> extensions;
  for (const auto& field : fields) {
    if (!protocol::equal_ignoring_case(field.name, "Sec-WebSocket-Extensions")) continue;
    Reader reader{field.value};
    while (reader.take(','))
      continue;  // empty items are allowed in lists (RFC 9110, 5.6.1)
    while (!reader.at_end()) {
      if (!take_extension(reader, extensions)) return std::nullopt;
      while (reader.take(','))
        continue;
    }
  }
  return extensions;
}

}  // namespace prise::websocket
