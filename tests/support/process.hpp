// A program run and watched from outside: its output, what it is made to read, how it ends.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace prise::testing {

using Clock = std::chrono::steady_clock;
using Deadline = Clock::time_point;
using Seconds = std::chrono::duration<double>;

inline Deadline within(Seconds time) {
  return Clock::now() + std::chrono::duration_cast<Clock::duration>(time);
}

// What the program believes it talks to. Standard output and standard error are one in both.
enum class Stdio { pipes, pseudo_terminal };

struct Command {
  std::filesystem::path program;  // looked up in PATH when it holds no '/'
  std::vector<std::string> arguments;
  Stdio stdio = Stdio::pipes;
  std::map<std::string, std::string> environment = {};  // added to our own
  std::filesystem::path folder = {};                    // where it runs; empty: here
  std::vector<std::string> wrapper = {};   // a command that runs the program: a sandbox's
  std::size_t output_bytes_max = 8 << 20;  // what lies beyond is read and dropped
  int stop_fd = -1;  // once it can be read, waiting for the program ends with Stopped
};

// Thrown by who waits for a program, when its stop_fd can be read.
struct Stopped {};

// How a program ended: by itself with a status, or by a signal.
struct Ending {
  int status = 0;  // 0 to 255; meaningless when signal is not 0
  int signal = 0;

  bool clean() const { return status == 0 && signal == 0; }
  std::string text()
      const;  // French: « terminé avec le statut 1 », « tué par le signal 11 (SIGSEGV) »
};

// Owns the process and all it starts: the destructor kills its whole process group and waits until
// it is gone (on Linux every process of the group, elsewhere the first). Used by one thread. Throws
// std::system_error when the program cannot be started at all.
class Process {
public:
  explicit Process(const Command& command);
  Process(Process&& other) noexcept;
  Process& operator=(Process&&) = delete;
  ~Process();

  const std::string& output() const { return output_; }  // all so far, without carriage returns
  bool too_much_output() const { return too_much_output_; }
  bool at_end() const { return output_fd_ == -1; }  // nothing more will come

  // Waits for more output. False: the deadline passed, or nothing more will come.
  bool read_more(Deadline deadline);
  // Waits until the output, from the byte `from` on, holds the text.
  bool wait_for(std::string_view text, Deadline deadline, std::size_t from = 0);

  void type(std::string_view text);  // what the peer does not read in time is dropped with it
  void close_input();                // end of file; on a pseudo-terminal, Ctrl-D
  void send_signal(int signal);      // to the program itself, not to what wraps it
  std::optional<Ending> wait(Deadline deadline);
  pid_t program_pid() const;  // the program's own, even inside a wrapper (Linux)

private:
  void start(const Command& command);
  void drain();
  void check_stop() const;

  pid_t pid_ = -1;
  bool wrapped_ = false;
  std::filesystem::path program_file_ = {};  // known when wrapped
  int input_fd_ = -1;
  int output_fd_ = -1;
  int stop_fd_ = -1;  // not ours
  bool is_terminal_ = false;
  std::size_t output_bytes_max_;
  bool too_much_output_ = false;
  std::string output_;
  std::optional<Ending> ending_;
};

// Runs a program to its end and gives what it wrote; nullopt when the time ran out (it is killed
// then).
struct Finished {
  std::string output;
  Ending ending;
};
std::optional<Finished> run(const Command& command, Seconds time, std::string_view input = {});

}  // namespace prise::testing
