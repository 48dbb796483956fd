#include "log.hpp"

#include <poll.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

namespace prise::chat {
namespace {

// %* : the level in Python's words.
class PythonLevel : public spdlog::custom_flag_formatter {
public:
  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& out) override {
    const std::string_view level = message.level == spdlog::level::err    ? "ERROR"
                                   : message.level == spdlog::level::warn ? "WARNING"
                                                                          : "INFO";
    out.append(level.data(), level.data() + level.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return spdlog::details::make_unique<PythonLevel>();
  }
};

// A console that takes nothing for the moment (Ctrl-S, a pipe that nobody reads) loses lines: the
// chat waits for no one. A pipe that can be written has room for PIPE_BUF bytes (pipe(7)).
class Console : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    pollfd console{STDERR_FILENO, POLLOUT, 0};
    if (::poll(&console, 1, 0) != 1 || (console.revents & POLLOUT) == 0) return;
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    static_cast<void>(::write(STDERR_FILENO, line.data(), line.size()) > 0);
  }
  void flush_() override {}
};

}  // namespace

void open_log(const std::filesystem::path& file) {
  // The console first: a disk that is full keeps no line from it.
  const auto logger = std::make_shared<spdlog::logger>("chat", std::make_shared<Console>());
  std::string failure;
  try {
    logger->sinks().push_back(std::make_shared<spdlog::sinks::basic_file_sink_st>(file.string()));
  } catch (const spdlog::spdlog_ex& error) {
    failure = error.what();
  }
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  formatter->add_flag<PythonLevel>('*').set_pattern("%Y-%m-%d %H:%M:%S,%e - %* - %v");
  logger->set_formatter(std::move(formatter));
  logger->set_error_handler([](const std::string&) {});
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(logger);
  if (!failure.empty()) log_error("Le journal ne s'écrit pas : {}", failure);
}

void log_info_line(const std::string& line) {
  spdlog::default_logger_raw()->log(spdlog::level::info, line);
}

void log_error_line(const std::string& line) {
  spdlog::default_logger_raw()->log(spdlog::level::err, line);
}

}  // namespace prise::chat
