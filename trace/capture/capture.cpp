#include "capture/capture.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <system_error>

namespace prise::trace {
namespace {

using testing::Command;
using testing::Finished;
using testing::Seconds;

// What an exchange is made of. A question mark: not every machine has this one.
constexpr const char* traced_calls =
    "trace=%network,?read,?write,?readv,?writev,?close,?dup,?dup2,?dup3,?fcntl,?ioctl,?poll,?ppoll,"
    "?select,?pselect6,?epoll_create,?epoll_create1,?epoll_ctl,?epoll_wait,?epoll_pwait,"
    "?epoll_pwait2,?eventfd2,?timerfd_create,?pipe,?pipe2,?clone,?clone3,?fork,?vfork,?execve,"
    "?exit,?exit_group,?futex,?nanosleep,?clock_nanosleep";

// Those that tell a story. Writing down each of lesson 07's rain would take longer than the next to
// come.
constexpr const char* traced_signals = "signal=SIGINT,SIGTERM,SIGHUP,SIGPIPE";

// Removed with all that is in it.
class TemporaryFolder {
public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "prise-trace-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
      throw std::system_error(errno, std::generic_category(), "mkdtemp");
    path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::filesystem::path file(std::size_t number) const {
    return path_ / fmt::format("{}.log", number);
  }

private:
  std::filesystem::path path_;
};

// While it lives, Ctrl-C, SIGTERM and SIGHUP end nothing: they make fd() readable. One at a time.
class StopSignals {
public:
  StopSignals() {
    if (::pipe(ends_.data()) == -1) throw std::system_error(errno, std::generic_category(), "pipe");
    for (const int end : ends_) {
      ::fcntl(end, F_SETFD, FD_CLOEXEC);
      ::fcntl(end, F_SETFL, O_NONBLOCK);
    }
    write_end_ = ends_[1];
    for (std::size_t i = 0; i < signals.size(); ++i) {
      struct sigaction action {};
      action.sa_handler = [](int) {
        const int fault = errno;
        static_cast<void>(!::write(write_end_, "", 1));
        errno = fault;
      };
      ::sigaction(signals[i], nullptr, &before_[i]);
      if (before_[i].sa_handler != SIG_IGN)  // nohup(1)
        ::sigaction(signals[i], &action, nullptr);
    }
  }
  ~StopSignals() {
    for (std::size_t i = 0; i < signals.size(); ++i)
      ::sigaction(signals[i], &before_[i], nullptr);
    for (const int end : ends_)
      ::close(end);
  }
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  int fd() const { return ends_[0]; }
  bool stopped() const {
    char byte = 0;
    return ::read(ends_[0], &byte, 1) == 1;
  }

private:
  static constexpr std::array signals{SIGINT, SIGTERM, SIGHUP};
  static inline volatile std::sig_atomic_t write_end_ = -1;
  std::array<int, 2> ends_{};
  std::array<struct sigaction, signals.size()> before_{};
};

bool in_path(const std::string& program) {
  const char* folders = std::getenv("PATH");
  std::string_view rest = folders == nullptr ? "" : folders;
  while (!rest.empty()) {
    const std::size_t colon = std::min(rest.find(':'), rest.size());
    const std::string file = std::string(rest.substr(0, colon)) + "/" + program;
    if (::access(file.c_str(), X_OK) == 0) return true;
    rest.remove_prefix(std::min(colon + 1, rest.size()));
  }
  return false;
}

// The beginning of the command line, as much as this strace and this machine can do.
const std::vector<std::string>& strace() {
  static const std::vector<std::string> words = [] {
    if (!in_path("strace"))
      throw CaptureError("strace n'est pas là : installez-le (./prise doctor dit comment).");
    const std::vector<std::string> plain{"strace", "-f",           "-ttt", "-T",
                                         "-yy",    "-xx",          "-s",   "16384",
                                         "-e",     traced_signals, "-e",   traced_calls};
    std::string reason;
    for (const std::vector<std::string>& more :
         {std::vector<std::string>{"--seccomp-bpf", "-k"}, {"-k"}, {}}) {
      std::vector<std::string> all = plain;
      all.insert(all.end(), more.begin(), more.end());
      Command trial{"true", {}};
      trial.wrapper = all;
      trial.wrapper.insert(trial.wrapper.end(), {"-o", "/dev/null"});
      const std::optional<Finished> finished = testing::run(trial, Seconds(20));
      if (finished && finished->ending.clean()) return all;
      reason = finished ? finished->output.substr(0, finished->output.find('\n')) : "";
    }
    throw CaptureError(
        fmt::format("strace ne peut suivre aucun programme ici ({}). Dans un "
                    "conteneur : --cap-add=SYS_PTRACE.",
                    reason));
  }();
  return words;
}

std::vector<std::string> strace_into(const std::filesystem::path& file) {
  std::vector<std::string> words = strace();
  words.insert(words.end(), {"-o", file.string()});
  return words;
}

Log read_log(const std::filesystem::path& path) {
  std::ifstream file(path);
  return parse_log(file);
}

// Notes what was started, and passes everything on.
class Listener : public testing::Audience {
public:
  Listener(testing::Audience& next, std::vector<Program>& programs)
      : next_(next), programs_(programs) {}
  void scene(const testing::Scene& scene) override { next_.scene(scene); }
  void started(const std::string& label, const std::string& command) override {
    programs_.push_back({label, command, {}});
    next_.started(label, command);
  }
  void printed(const std::string& label, const std::string& line) override {
    next_.printed(label, line);
  }
  void typed(const std::string& label, const std::string& prompt,
             const std::string& text) override {
    next_.typed(label, prompt, text);
  }

private:
  testing::Audience& next_;
  std::vector<Program>& programs_;
};

}  // namespace

std::vector<Program> capture_scene(const testing::Transcript& transcript, std::size_t scene,
                                   testing::PlaySettings settings, testing::Audience& audience) {
  testing::Transcript one = transcript;
  one.scenes = {transcript.scenes.at(scene)};
  const StopSignals stop;
  settings.stop_fd = stop.fd();
  strace();  // says at once what is missing
  const TemporaryFolder logs;
  std::size_t count = 0;
  settings.wrapper = [&](const std::string&) { return strace_into(logs.file(count++)); };
  std::vector<Program> programs;
  Listener listener(audience, programs);
  try {
    if (const auto report = testing::play(one, settings, listener)) throw CaptureError(*report);
  } catch (const testing::Stopped&) {
    throw CaptureStopped{};
  }
  for (std::size_t i = 0; i < programs.size(); ++i)
    programs[i].log = read_log(logs.file(i));
  if (stop.stopped()) throw CaptureStopped{};
  return programs;
}

std::vector<Program> capture_command(const std::vector<std::string>& words) {
  const TemporaryFolder logs;
  std::vector<std::string> all = strace_into(logs.file(0));
  all.insert(all.end(), words.begin(), words.end());
  std::vector<char*> arguments;
  for (std::string& word : all)
    arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const pid_t child = ::fork();
  if (child == -1) throw std::system_error(errno, std::generic_category(), "fork");
  if (child == 0) {
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
  }
  ::signal(SIGINT, SIG_IGN);  // Ctrl-C is for the command; what it did is shown all the same
  int status = 0;
  while (::waitpid(child, &status, 0) == -1 && errno == EINTR) {
  }
  ::signal(SIGINT, SIG_DFL);
  std::vector<Program> programs{{"", "", read_log(logs.file(0))}};
  if (programs[0].log.calls.empty())
    throw CaptureError(fmt::format("« {} » n'a pas pu être lancé.", words.at(0)));
  return programs;
}

}  // namespace prise::trace
