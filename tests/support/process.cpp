#include "support/process.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/ioctl.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <system_error>
#include <utility>

extern char** environ;

namespace prise::testing {
namespace {

int checked(int result, const char* call) {
  if (result == -1) throw std::system_error(errno, std::generic_category(), call);
  return result;
}

void close_fd(int& fd) {
  if (fd != -1) ::close(std::exchange(fd, -1));
}

std::string_view signal_name(int signal) {
  static const std::map<int, std::string_view> names{
      {SIGABRT, "SIGABRT"}, {SIGBUS, "SIGBUS"},   {SIGFPE, "SIGFPE"},   {SIGHUP, "SIGHUP"},
      {SIGILL, "SIGILL"},   {SIGINT, "SIGINT"},   {SIGKILL, "SIGKILL"}, {SIGPIPE, "SIGPIPE"},
      {SIGQUIT, "SIGQUIT"}, {SIGSEGV, "SIGSEGV"}, {SIGSYS, "SIGSYS"},   {SIGTERM, "SIGTERM"},
      {SIGUSR1, "SIGUSR1"}, {SIGXCPU, "SIGXCPU"}, {SIGXFSZ, "SIGXFSZ"}};
  const auto found = names.find(signal);
  return found != names.end() ? found->second : "signal inconnu";
}

int milliseconds_until(Deadline deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
}

// The four ends of a child's standard streams. For a pseudo-terminal ours are one and the same
// descriptor.
struct Streams {
  int our_input, our_output, child_input, child_output;
};

Streams open_pipes() {
  std::array<int, 2> in{}, out{};
  for (std::array<int, 2>* ends : {&in, &out}) {
    checked(::pipe(ends->data()), "pipe");
    for (const int end : *ends)
      checked(::fcntl(end, F_SETFD, FD_CLOEXEC), "fcntl");
  }
  return {in[1], out[0], in[0], out[1]};
}

Streams open_pseudo_terminal() {
  const int ours = checked(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), "posix_openpt");
  checked(::grantpt(ours), "grantpt");
  checked(::unlockpt(ours), "unlockpt");
  const int childs = checked(::open(::ptsname(ours), O_RDWR | O_NOCTTY | O_CLOEXEC), "open");
  const winsize size{24, 100, 0, 0};
  ::ioctl(ours, TIOCSWINSZ, &size);
  return {ours, ours, childs, childs};
}

std::vector<std::string> environment_with(const std::map<std::string, std::string>& added) {
  std::vector<std::string> all;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    if (!added.contains(std::string(text.substr(0, text.find('='))))) all.emplace_back(text);
  }
  for (const auto& [name, value] : added)
    all.push_back(name + "=" + value);
  return all;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts)
    pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// Between fork and exec only async-signal-safe calls: other threads of ours may have held any lock.
[[noreturn]] void become(const char* program, char* const* arguments, char* const* variables,
                         const char* folder, const Streams& streams, bool terminal) {
  ::setsid();  // a process group of its own, which can be killed whole
  if (terminal) ::ioctl(streams.child_input, TIOCSCTTY, 0);
  ::dup2(streams.child_input, STDIN_FILENO);
  ::dup2(streams.child_output, STDOUT_FILENO);
  ::dup2(streams.child_output, STDERR_FILENO);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int signal : {SIGINT, SIGPIPE, SIGTERM, SIGHUP, SIGQUIT})
    ::signal(signal, SIG_DFL);
  if (*folder != '\0' && ::chdir(folder) == -1) ::_exit(127);
#ifdef SYS_close_range
  // Another thread's descriptors, opened between our fork and its fcntl, are not the program's.
  ::syscall(SYS_close_range, 3U, ~0U, 0U);
#endif
  environ = const_cast<char**>(variables);
  ::execvp(program, arguments);
  ::_exit(127);
}

bool runs_file(pid_t pid, const std::filesystem::path& file) {
  struct stat running, wanted;
  const std::string link = "/proc/" + std::to_string(pid) + "/exe";
  return ::stat(link.c_str(), &running) == 0 && ::stat(file.c_str(), &wanted) == 0 &&
         running.st_dev == wanted.st_dev && running.st_ino == wanted.st_ino;
}

// prctl(2): whoever of a killed group loses its parent becomes our child, and can be waited for. A
// folder is then removed, and a test goes on, only when nobody works there any more.
void adopt_orphans() {
#ifdef PR_SET_CHILD_SUBREAPER
  static const int adopted = ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  static_cast<void>(adopted);
#endif
}

// waitpid(2): a process, or with a minus all of a group that are our children.
void wait_for_any_of(pid_t which) {
  while (::waitpid(which, nullptr, 0) != -1 || errno == EINTR) {
  }
}

}  // namespace

std::string Ending::text() const {
  if (signal == 0) return fmt::format("terminé avec le statut {}", status);
  return fmt::format("tué par le signal {} ({})", signal, signal_name(signal));
}

Process::Process(const Command& command)
    : wrapped_(!command.wrapper.empty()),
      stop_fd_(command.stop_fd),
      is_terminal_(command.stdio == Stdio::pseudo_terminal),
      output_bytes_max_(command.output_bytes_max) {
  ::signal(SIGPIPE, SIG_IGN);  // typing to a program that has closed its input must not end us
  adopt_orphans();
  std::error_code ignored;
  if (wrapped_) program_file_ = std::filesystem::absolute(command.program, ignored);
  start(command);
}

void Process::start(const Command& command) {
  std::vector<std::string> arguments = command.wrapper;
  arguments.push_back(command.program.string());
  arguments.insert(arguments.end(), command.arguments.begin(), command.arguments.end());
  std::vector<std::string> variables = environment_with(command.environment);
  const std::vector<char*> argument_pointers = pointers_to(arguments);
  const std::vector<char*> variable_pointers = pointers_to(variables);
  const std::string folder = command.folder.string();
  const Streams streams = is_terminal_ ? open_pseudo_terminal() : open_pipes();

  pid_ = checked(::fork(), "fork");
  if (pid_ == 0) {
    become(argument_pointers[0], argument_pointers.data(), variable_pointers.data(), folder.c_str(),
           streams, is_terminal_);
  }
  ::close(streams.child_input);
  if (streams.child_output != streams.child_input) ::close(streams.child_output);
  input_fd_ = streams.our_input;
  output_fd_ = is_terminal_ ? checked(::fcntl(streams.our_output, F_DUPFD_CLOEXEC, 0), "fcntl")
                            : streams.our_output;
  checked(::fcntl(input_fd_, F_SETFL, O_NONBLOCK), "fcntl");
  checked(::fcntl(output_fd_, F_SETFL, O_NONBLOCK), "fcntl");
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      wrapped_(other.wrapped_),
      program_file_(std::move(other.program_file_)),
      input_fd_(std::exchange(other.input_fd_, -1)),
      output_fd_(std::exchange(other.output_fd_, -1)),
      stop_fd_(other.stop_fd_),
      is_terminal_(other.is_terminal_),
      output_bytes_max_(other.output_bytes_max_),
      too_much_output_(other.too_much_output_),
      output_(std::move(other.output_)),
      ending_(other.ending_) {}

Process::~Process() {
  if (pid_ != -1) {
    ::kill(-pid_, SIGKILL);
    if (!ending_) {
      ::kill(pid_, SIGKILL);  // it may have had no time for setsid
      wait_for_any_of(pid_);
    }
    wait_for_any_of(-pid_);
  }
  close_fd(input_fd_);
  close_fd(output_fd_);
}

void Process::check_stop() const {
  pollfd stop{stop_fd_, POLLIN, 0};  // -1: poll leaves it alone
  if (::poll(&stop, 1, 0) == 1) throw Stopped{};
}

// Takes what is there without waiting.
void Process::drain() {
  std::array<char, 65536> buffer;
  while (output_fd_ != -1) {
    const ssize_t count = ::read(output_fd_, buffer.data(), buffer.size());
    if (count == -1 && errno == EINTR) continue;
    if (count == -1 && errno == EAGAIN) return;
    if (count <= 0) return close_fd(output_fd_);  // a pseudo-terminal ends with EIO
    const auto end_of_kept = std::remove(buffer.begin(), buffer.begin() + count, '\r');
    const auto kept = static_cast<std::size_t>(end_of_kept - buffer.begin());
    const std::size_t room = output_bytes_max_ - output_.size();
    too_much_output_ = too_much_output_ || kept > room;
    output_.append(buffer.data(), std::min(kept, room));
  }
}

bool Process::read_more(Deadline deadline) {
  const std::size_t before = output_.size();
  while (output_fd_ != -1) {
    std::array<pollfd, 2> watched{{{output_fd_, POLLIN, 0}, {stop_fd_, POLLIN, 0}}};
    const int ready = ::poll(watched.data(), watched.size(), milliseconds_until(deadline));
    check_stop();
    if (ready > 0) drain();
    if (output_.size() != before) return true;
    if (ready == 0 && Clock::now() >= deadline) return false;
    if (too_much_output_) return false;
  }
  return false;
}

bool Process::wait_for(std::string_view text, Deadline deadline, std::size_t from) {
  while (output_.find(text, from) == std::string::npos) {
    if (!read_more(deadline)) return output_.find(text, from) != std::string::npos;
  }
  return true;
}

void Process::type(std::string_view text) {
  const Deadline deadline = within(Seconds(10));
  while (!text.empty() && input_fd_ != -1) {
    const ssize_t count = ::write(input_fd_, text.data(), text.size());
    if (count > 0) text.remove_prefix(static_cast<std::size_t>(count));
    if (count == -1 && errno != EINTR && errno != EAGAIN) return;
    if (count == -1 && errno == EAGAIN) {
      if (Clock::now() >= deadline) return;
      drain();  // the program may be stuck on its own output
      pollfd watched{input_fd_, POLLOUT, 0};
      ::poll(&watched, 1, 10);
    }
  }
}

void Process::close_input() {
  if (is_terminal_)
    type("\x04");
  else
    close_fd(input_fd_);
}

void Process::send_signal(int signal) {
  if (!ending_) ::kill(program_pid(), signal);
}

// A sandbox runs the program as its only child's only child: /proc tells. The program may have
// children too: the file it runs, the same inside the sandbox and out, says where to stop.
pid_t Process::program_pid() const {
  pid_t innermost = pid_;
  while (wrapped_ && !runs_file(innermost, program_file_)) {
    const std::string id = std::to_string(innermost);
    std::ifstream children("/proc/" + id + "/task/" + id + "/children");
    pid_t child = 0;
    if (!(children >> child)) break;
    innermost = child;
  }
  return innermost;
}

std::optional<Ending> Process::wait(Deadline deadline) {
  while (!ending_) {
    int status = 0;
    check_stop();
    drain();
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
      ending_ = WIFSIGNALED(status) ? Ending{0, WTERMSIG(status)} : Ending{WEXITSTATUS(status), 0};
      if (wrapped_ && ending_->status > 128)
        ending_ = Ending{0, ending_->status - 128};  // as shells tell it
      drain();
    } else if (Clock::now() >= deadline) {
      return std::nullopt;
    } else {
      ::poll(nullptr, 0, 2);  // POSIX has no wait with a time limit
    }
  }
  return ending_;
}

std::optional<Finished> run(const Command& command, Seconds time, std::string_view input) {
  const Deadline deadline = within(time);
  Process process(command);
  process.type(input);
  process.close_input();
  while (process.read_more(deadline)) {
  }
  const std::optional<Ending> ending = process.wait(deadline);
  if (!ending) return std::nullopt;
  return Finished{process.output(), *ending};
}

}  // namespace prise::testing
