#include "capture/log.hpp"

#include <algorithm>
#include <charconv>
#include <map>

namespace prise::trace {
namespace {

bool is_hex_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

// How deep the character at i goes into brackets. The > of -> and of => closes nothing.
int bracket(std::string_view text, std::size_t i) {
  switch (text[i]) {
    case '(':
    case '[':
    case '{':
    case '<':
      return 1;
    case ')':
    case ']':
    case '}':
      return -1;
    case '>':
      return i > 0 && (text[i - 1] == '-' || text[i - 1] == '=') ? 0 : -1;
    default:
      return 0;
  }
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

// Splits at commas that stand in no bracket.
std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  int depth = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    depth += bracket(text, i);
    if (text[i] != ',' || depth != 0) continue;
    parts.push_back(trimmed(text.substr(begin, i - begin)));
    begin = i + 1;
  }
  if (const auto last = trimmed(text.substr(begin)); !last.empty()) parts.push_back(last);
  return parts;
}

// The bracket that closes the one at `open`.
std::size_t closing(std::string_view text, std::size_t open) {
  int depth = 0;
  for (std::size_t i = open; i < text.size(); ++i) {
    depth += bracket(text, i);
    if (depth == 0) return i;
  }
  return std::string_view::npos;
}

double seconds_of(std::string_view text) {
  double seconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return seconds;
}

// " <0.000123>" at the end of a line, taken off it.
std::optional<double> take_duration(std::string_view& line) {
  const std::size_t open = line.rfind(" <");
  if (open == std::string_view::npos || !line.ends_with('>')) return std::nullopt;
  const std::string_view inside = line.substr(open + 2, line.size() - open - 3);
  if (inside.find_first_not_of("0123456789.") != std::string_view::npos) return std::nullopt;
  line.remove_suffix(line.size() - open);
  return seconds_of(inside);
}

// " > /path/binary(function+0x1f) [0x89e9b]"
std::optional<CodeAddress> parse_frame(std::string_view line) {
  line.remove_prefix(3);
  const std::size_t bracket = line.rfind(" [0x");
  if (bracket == std::string_view::npos) return std::nullopt;
  CodeAddress frame;
  const char* digits = line.data() + bracket + 4;
  std::from_chars(digits, line.data() + line.size(), frame.address, 16);
  const std::string_view place = line.substr(0, bracket);
  const std::size_t open = place.find('(');
  frame.binary = place.substr(0, open);
  if (open != std::string_view::npos)
    frame.function = place.substr(open + 1, place.rfind('+') - open - 1);
  return frame;
}

class Parser {
public:
  void line(std::string_view text) {
    if (text.starts_with(" > ")) return stack_line(text);
    open_stack_ = none;
    const std::size_t space = text.find(' ');
    const std::optional<std::int64_t> thread = number_of(text);
    if (!thread || space == std::string_view::npos) return;
    text = trimmed(text.substr(space));
    const double at = seconds_of(text);
    const std::size_t end = text.find(' ');
    if (end == std::string_view::npos) return;
    if (const auto last = last_call_.find(static_cast<pid_t>(*thread)); last != last_call_.end()) {
      log_.calls[last->second].returned_before = at;
      last_call_.erase(last);
    }
    event(static_cast<pid_t>(*thread), at, text.substr(end + 1));
  }

  Log finish() {
    for (const auto& [thread, begun] : begun_)
      add({thread, begun.at, begun.at}, begun.text);
    std::stable_sort(log_.calls.begin(), log_.calls.end(),
                     [](const Call& a, const Call& b) { return a.began < b.began; });
    return std::move(log_);
  }

private:
  struct Begun {
    double at;
    std::string text;
  };

  void event(pid_t thread, double at, std::string_view text) {
    static constexpr std::string_view unfinished = "<unfinished ...>";
    if (text.starts_with("+++ ") || text.starts_with("--- ")) return occurrence(thread, at, text);
    Call call{thread, at, at};
    std::string whole;
    if (text.starts_with("<... ")) {  // what was left unfinished comes back
      const auto begun = begun_.find(thread);
      const std::size_t rest = text.find(" resumed>");
      if (begun == begun_.end() || rest == std::string_view::npos) return;
      call.began = begun->second.at;
      whole = begun->second.text;
      begun_.erase(begun);
      text.remove_prefix(rest + 9);
    }
    whole += text;
    if (whole.ends_with(unfinished)) {
      whole.resize(whole.size() - unfinished.size());
      while (whole.ends_with(' '))
        whole.pop_back();
      begun_[thread] = {call.began, whole};
      return;
    }
    const bool resumed = call.began != at;
    add(std::move(call), whole);
    if (resumed && open_stack_ != none) log_.calls[open_stack_].ended = at;
  }

  void add(Call call, std::string_view text) {
    const std::size_t open = text.find('(');
    if (open == std::string_view::npos) return;
    const std::optional<double> duration = take_duration(text);
    call.ended = call.began + duration.value_or(0);
    call.name = text.substr(0, open);
    std::size_t close = closing(text, open);
    call.finished = close != std::string_view::npos;
    if (!call.finished) close = text.size();
    for (const std::string_view argument : split(text.substr(open + 1, close - open - 1)))
      call.arguments.emplace_back(argument);
    if (call.finished) {
      const std::size_t equals = text.find('=', close);
      if (equals != std::string_view::npos) call.result = trimmed(text.substr(equals + 1));
    }
    if (call.result == "?") call.finished = false;
    open_stack_ = log_.calls.size();
    last_call_[call.thread] = open_stack_;
    log_.calls.push_back(std::move(call));
  }

  void occurrence(pid_t thread, double at, std::string_view text) {
    Occurrence what{thread, at};
    const std::string_view body = text.substr(4);
    if (body.starts_with("exited with ")) {
      what.kind = Occurrence::Kind::exited;
      what.name = body.substr(12, body.find(' ', 12) - 12);
    } else if (body.starts_with("killed by ")) {
      what.kind = Occurrence::Kind::killed;
      what.name = body.substr(10, body.find(' ', 10) - 10);
    } else {
      what.name = body.substr(0, body.find(' '));
    }
    log_.occurrences.push_back(std::move(what));
  }

  void stack_line(std::string_view text) {
    if (open_stack_ == none) return;
    if (auto frame = parse_frame(text)) log_.calls[open_stack_].stack.push_back(std::move(*frame));
  }

  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  Log log_;
  std::map<pid_t, Begun> begun_;
  std::map<pid_t, std::size_t> last_call_;  // by thread
  std::size_t open_stack_ = none;           // the call whose stack comes
};

}  // namespace

Log parse_log(std::istream& text) {
  Parser parser;
  for (std::string line; std::getline(text, line);)
    parser.line(line);
  return parser.finish();
}

std::string_view Call::argument(std::size_t i) const {
  return i < arguments.size() ? std::string_view(arguments[i]) : std::string_view();
}

std::optional<std::int64_t> Call::value() const {
  if (!finished || result.starts_with('-') || result.starts_with('?')) return std::nullopt;
  return number_of(result);
}

std::string_view Call::error() const {
  const std::string_view text = result;
  const bool interrupted = text.starts_with("? ");  // "? ERESTARTSYS (To be restarted …)"
  if (!interrupted && !text.starts_with("-1 ")) return {};
  const std::size_t begin = interrupted ? 2 : 3;
  return text.substr(begin, text.find(' ', begin) - begin);
}

std::string bytes_of_string(std::string_view argument) {
  std::string bytes;
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  for (std::size_t i = 0; i + 3 < argument.size();) {
    if (argument[i] == '\\' && argument[i + 1] == 'x' && is_hex_digit(argument[i + 2]) &&
        is_hex_digit(argument[i + 3])) {
      bytes += static_cast<char>(digit(argument[i + 2]) * 16 + digit(argument[i + 3]));
      i += 4;
    } else {
      ++i;
    }
  }
  return bytes;
}

std::vector<std::string_view> items_of(std::string_view list) {
  if (list.size() >= 2 && (list.front() == '[' || list.front() == '{'))
    list = list.substr(1, closing(list, 0) - 1);
  return split(list);
}

std::string_view field(std::string_view structure, std::string_view key) {
  for (const std::string_view item : items_of(structure))
    if (item.size() > key.size() && item.starts_with(key) && item[key.size()] == '=')
      return item.substr(key.size() + 1);
  return {};
}

std::optional<std::int64_t> number_of(std::string_view text) {
  const int base = text.starts_with("0x") ? 16 : 10;
  if (base == 16) text.remove_prefix(2);
  std::int64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (fault != std::errc{}) return std::nullopt;
  return number;
}

}  // namespace prise::trace
