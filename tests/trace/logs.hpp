// Small logs as strace would write them, for tests.
#pragma once

#include <fmt/core.h>

#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "capture/log.hpp"
#include "merge/follow.hpp"

namespace prise::trace {

// "\x53\x61", with the quotes: strace -xx.
inline std::string in_hex(std::string_view bytes) {
  std::string text = "\"";
  for (const char byte : bytes)
    text += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
  return text + "\"";
}

inline std::string ipv4(int port) {
  return fmt::format("{{sa_family=AF_INET, sin_port=htons({}), sin_addr=inet_addr({})}}", port,
                     in_hex("127.0.0.1"));
}

// A program's log, line by line.
class LogWriter {
public:
  explicit LogWriter(int thread) : thread_(thread) {}

  // A call that took so many seconds.
  LogWriter& call(double at, std::string_view text, double seconds = 0.0001) {
    return line(at, fmt::format("{} <{:.6f}>", text, seconds));
  }
  LogWriter& line(double at, std::string_view text) {
    lines_ += fmt::format("{} {:.6f} {}\n", thread_, at, text);
    return *this;
  }
  LogWriter& raw(std::string_view text) {
    lines_ += fmt::format("{}\n", text);
    return *this;
  }
  LogWriter& by(int thread) {  // the lines that follow are another thread's
    thread_ = thread;
    return *this;
  }

  Log log() const {
    std::istringstream text(lines_);
    return parse_log(text);
  }
  Program program(const std::string& label) const { return {label, label, log()}; }

private:
  int thread_;
  std::string lines_;
};

}  // namespace prise::trace
