#include "protocol/http_head.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace prise::protocol {
namespace {

constexpr std::string_view blanks = " \t";

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_alpha(char c) {
  return lower(c) >= 'a' && lower(c) <= 'z';
}

bool is_token_char(char c) {
  return is_alpha(c) || is_digit(c) ||
         std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
}

bool is_visible(char c) {
  return c > 0x20 && c < 0x7F;
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7F;
}

std::string_view without_blanks(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

// Takes what stands before the first `separator` off `text`, and the separator with it.
std::optional<std::string_view> take_until(std::string_view& text, char separator) {
  const std::size_t at = text.find(separator);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(at + 1);
  return taken;
}

// "HTTP/1.1": two digits around a dot, and nothing more.
HeadFault read_version(std::string_view text, int& minor_version, HeadFault malformed) {
  constexpr std::string_view name = "HTTP/";
  if (text.size() != name.size() + 3 || text.substr(0, name.size()) != name || !is_digit(text[5]) ||
      text[6] != '.' || !is_digit(text[7]))
    return malformed;
  if (text[5] != '1') return HeadFault::version_unsupported;
  minor_version = text[7] - '0';
  return HeadFault::none;
}

HeadFault read_first_line(std::string_view line, RequestHead& head) {
  const auto method = take_until(line, ' ');
  const auto target = method ? take_until(line, ' ') : std::nullopt;
  if (!target || !is_token(*method) || target->empty() ||
      !std::all_of(target->begin(), target->end(), is_visible))
    return HeadFault::request_line_invalid;
  head.method = *method;
  head.target = *target;
  return read_version(line, head.minor_version, HeadFault::request_line_invalid);
}

HeadFault read_first_line(std::string_view line, ResponseHead& head) {
  const auto version = take_until(line, ' ');
  if (!version) return HeadFault::status_line_invalid;
  const HeadFault fault =
      read_version(*version, head.minor_version, HeadFault::status_line_invalid);
  if (fault != HeadFault::none) return fault;
  // The blank after the digits may be missing: so many servers leave it out with the reason.
  if (line.size() < 3 || !std::all_of(line.begin(), line.begin() + 3, is_digit) ||
      (line.size() > 3 && line[3] != ' '))
    return HeadFault::status_line_invalid;
  head.status = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
  head.reason = line.size() > 4 ? line.substr(4) : std::string_view{};
  return head.status >= 100 ? HeadFault::none : HeadFault::status_line_invalid;
}

HeadFault read_field(std::string_view line, HeaderFields& fields, const HeadLimits& limits) {
  if (blanks.find(line.front()) != std::string_view::npos) return HeadFault::folded_line;
  const auto name = take_until(line, ':');
  if (!name) return HeadFault::field_without_colon;
  if (!is_token(*name)) return HeadFault::field_name_invalid;
  if (fields.size() == limits.fields_max) return HeadFault::too_many_fields;
  fields.push_back({*name, without_blanks(line)});
  return HeadFault::none;
}

// The next line without its CR LF; nothing when it is not whole yet. `fault` when it cannot be one.
std::optional<std::string_view> take_line(std::string_view& bytes, HeadFault& fault) {
  const auto control = std::find_if(bytes.begin(), bytes.end(), is_control);
  if (control == bytes.end()) return std::nullopt;
  const auto at = static_cast<std::size_t>(control - bytes.begin());
  if (*control == '\r' && at + 1 == bytes.size()) return std::nullopt;
  if (*control != '\r' || bytes[at + 1] != '\n') {
    const bool line_end = *control == '\r' || *control == '\n';
    fault = line_end ? HeadFault::line_without_cr : HeadFault::control_byte;
    return std::nullopt;
  }
  const std::string_view line = bytes.substr(0, at);
  bytes.remove_prefix(at + 2);
  return line;
}

// Reads lines up to the empty one. True when the head is whole; else `fault` tells why, or none.
template <class Head>
bool read_lines(std::string_view& rest, const HeadLimits& limits, Head& head, HeadFault& fault) {
  bool first = true;
  while (const auto line = take_line(rest, fault)) {
    if (first)
      fault = read_first_line(*line, head);
    else if (line->empty())
      return true;
    else
      fault = read_field(*line, head.fields, limits);
    if (fault != HeadFault::none) return false;
    first = false;
  }
  return false;
}

template <class Head>
HeadParse<Head> parse_head(std::string_view bytes, const HeadLimits& limits) {
  HeadParse<Head> parse;
  std::string_view rest = bytes.substr(0, limits.head_bytes_max);
  if (read_lines(rest, limits, parse.head, parse.fault)) {
    parse.outcome = HeadParse<Head>::Outcome::value;
    parse.head_bytes = static_cast<std::size_t>(rest.data() - bytes.data());
    return parse;
  }
  if (parse.fault == HeadFault::none && bytes.size() >= limits.head_bytes_max)
    parse.fault = HeadFault::head_too_large;
  if (parse.fault != HeadFault::none) parse.outcome = HeadParse<Head>::Outcome::broken;
  return parse;
}

struct FaultFacts {
  std::string_view name;
  int status;
};

constexpr auto fault_facts = std::to_array<FaultFacts>({
    {"none", 200},
    {"head_too_large", 431},
    {"too_many_fields", 431},
    {"line_without_cr", 400},
    {"control_byte", 400},
    {"request_line_invalid", 400},
    {"status_line_invalid", 400},
    {"version_unsupported", 505},
    {"folded_line", 400},
    {"field_without_colon", 400},
    {"field_name_invalid", 400},
});
static_assert(fault_facts.size() == static_cast<std::size_t>(HeadFault::field_name_invalid) + 1);

}  // namespace

int status_of(HeadFault fault) {
  return fault_facts[static_cast<std::size_t>(fault)].status;
}

std::string_view name_of(HeadFault fault) {
  return fault_facts[static_cast<std::size_t>(fault)].name;
}

HeadParse<RequestHead> parse_request_head(std::string_view bytes, const HeadLimits& limits) {
  return parse_head<RequestHead>(bytes, limits);
}

HeadParse<ResponseHead> parse_response_head(std::string_view bytes, const HeadLimits& limits) {
  return parse_head<ResponseHead>(bytes, limits);
}

bool equal_ignoring_case(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

std::size_t count_fields(const HeaderFields& fields, std::string_view name) {
  return static_cast<std::size_t>(std::count_if(
      fields.begin(), fields.end(),
      [&](const HeaderField& field) { return equal_ignoring_case(field.name, name); }));
}

std::string_view field_value(const HeaderFields& fields, std::string_view name) {
  for (const HeaderField& field : fields)
    if (equal_ignoring_case(field.name, name)) return field.value;
  return {};
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

std::vector<std::string_view> list_items(const HeaderFields& fields, std::string_view name) {
  std::vector<std::string_view> items;
  for (const HeaderField& field : fields) {
    if (!equal_ignoring_case(field.name, name)) continue;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      if (const auto item = without_blanks(rest.substr(0, comma)); !item.empty())
        items.push_back(item);
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return items;
}

}  // namespace prise::protocol
