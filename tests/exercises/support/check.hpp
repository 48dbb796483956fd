// What a check is written with. A check is a Catch2 program, tests/exercises/NN_name/check.cpp:
// each test case is one thing tried with the student's program, which runs as a process of its own
// and is talked to over sockets, pipes or a pseudo-terminal. The first thing that goes wrong ends
// the test case with a Report.
//
//   TEST_CASE("three clients, one after another") {
//     Check check("trois clients se connectent l'un après l'autre");
//     Program server = check.start({"--port", "0"});
//     Peer client = check.connect(server.read_port());
//     server.expect_line("Client 1 : " + client.own_address(), {{"port_order", …}});
//     server.expect_end();
//   }
//
// Which program, which seed, how much patience and where the report goes, the caller says in the
// environment: PRISE_PROGRAM, PRISE_SEED, PRISE_PATIENCE (seconds), PRISE_REPORT, PRISE_WRAPPER (a
// sandbox's command, its words separated by the unit separator, U+001F).
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "exercises/support/verdict.hpp"
#include "support/process.hpp"

namespace prise::check {

using testing::Deadline;
using testing::Seconds;
using testing::Stdio;

// One likely mistake: its id in the catalogue (hints.json beside the check), and what gives it away
// in the line or the bytes that were obtained. The first Guess that fits names the mistake; one
// without a sign fits always. What is obtained is empty when nothing came.
struct Guess {
  std::string mistake;
  std::function<bool(std::string_view actual)> fits = nullptr;
};
using Guesses = std::vector<Guess>;

// Signs for a Guess.
std::function<bool(std::string_view)> contains(std::string text);
std::function<bool(std::string_view)> equals(std::string text);
std::function<bool(std::string_view)> starts_with(std::string text);
std::function<bool(std::string_view)> is_empty();

class Check;

// The student's program while it runs. Its whole process group dies with this object.
// Every expectation that fails ends the test case; a crash, a sanitizer's report and too much
// output are told from a wrong answer whatever was being waited for.
class Program {
public:
  std::uint16_t read_port(const Guesses& guesses = {});  // the line « Port : N » of --port 0
  std::string read_line(const std::string& expected,
                        const Guesses& guesses = {});  // the next line, whatever it is
  void expect_line(const std::string& expected, const Guesses& guesses = {});
  void expect_prompt(const std::string& expected,
                     const Guesses& guesses = {});  // output without a line end
  // The lines in any order: for programs with threads.
  void expect_lines_in_any_order(std::vector<std::string> expected, const Guesses& guesses = {});
  void expect_end(int status = 0,
                  const Guesses& guesses = {});  // it ends by itself, and prints nothing more
  void expect_still_running(const Guesses& guesses = {});  // it has not ended
  bool speaks_within(Seconds time);  // it prints something, or ends: false after the time

  void type(std::string_view line);  // and Enter
  void press_ctrl_d();
  void press_ctrl_c();
  void send_signal(int signal);
  // As Ctrl-Z and fg do. What happens in between finds the program asleep, wherever it was; a call
  // it was blocked in may come back early: a short send, or EINTR (signal(7)).
  void suspend();
  void resume();
  void suspend_and_resume();
  void wait_until_asleep() const;   // until it waits for something; a busy one not for long
  std::size_t descriptors() const;  // open ones, where the system tells (/proc); else 0
  double cpu_seconds() const;       // used so far, where the system tells; else 0
  bool sleeps() const;              // it waits in a system call, where the system tells; else true
  std::size_t threads() const;      // where the system tells; else 0

  testing::Process& process() { return *process_; }

private:
  friend class Check;
  Program(Check& check, std::shared_ptr<testing::Process> process)
      : check_(&check), process_(std::move(process)) {}

  std::string take_line(const std::string& expected, const Guesses& guesses);
  [[noreturn]] void fail_by_ending(const std::string& expected, const Guesses& guesses);
  void look_for_sanitizer();
  void stop();

  Check* check_;
  std::shared_ptr<testing::Process> process_;
  std::size_t consumed_ = 0;
};

// How bytes are handed to the program. All but `plain` cut and delay them as the seed says, so that
// a program that takes one recv for one message is found out every time, and in the same way with
// the same seed.
enum class Delivery {
  plain,         // one send
  chopped,       // in small pieces, with pauses: each recv gets a part
  byte_by_byte,  // every byte on its own
};

// How the other side of a connection ended, as far as was read.
enum class StreamEnd { open, closed, reset };

// The check's side of a TCP connection with the program.
class Peer {
public:
  Peer(Peer&& other) noexcept;
  Peer& operator=(Peer&&) = delete;
  ~Peer();  // closes

  std::string own_address() const;  // as the program should print it: ('127.0.0.1', 52314)
  std::uint16_t own_port() const;

  void send(std::string_view bytes, Delivery delivery = Delivery::plain);
  bool try_send(std::string_view bytes,
                Seconds time);  // false: the program does not read; for slow readers
  // What the system took within the time, which may be nothing.
  std::size_t send_some(std::string_view bytes, Seconds time);
  void keep_small_buffer();  // the system holds little for us to read: the sender waits
  void half_close();         // no more bytes from us: the program reads an end of stream
  void reset();              // RST: the program's recv fails with ECONNRESET
  void close();

  std::string receive_exactly(std::size_t bytes, const std::string& expected,
                              const Guesses& guesses = {});
  void expect_bytes(const std::string& expected, const Guesses& guesses = {});
  void expect_line(const std::string& expected, const Guesses& guesses = {});  // ended by '\n'
  std::string receive_line(const std::string& expected, const Guesses& guesses = {});
  std::string receive_to_end(std::size_t bytes_max,
                             const Guesses& guesses = {});  // until closed; a reset fails
  void expect_closed(const Guesses& guesses = {});  // end of stream, not a byte more, not a reset
  std::string receive_some(std::size_t bytes_max, Seconds time);  // what is there; may be empty
  StreamEnd end() const { return end_; }

private:
  friend class Check;
  friend class Door;
  Peer(Check& check, int fd, std::string name);
  bool fill(std::size_t bytes, Deadline deadline);
  [[noreturn]] void fail(const std::string& expected, std::string_view actual,
                         const Guesses& guesses);

  Check* check_;
  int fd_;
  std::string name_;
  std::string received_;  // read from the socket, not yet asked for
  StreamEnd end_ = StreamEnd::open;
};

// Where the check listens for a program that is a client.
class Door {
public:
  Door(Door&& other) noexcept;
  Door& operator=(Door&&) = delete;
  ~Door();
  std::uint16_t port() const;
  Peer accept(
      const Guesses& guesses = {});  // the program's connection; fails when it does not come
  bool nobody_within(Seconds time);  // no connection came

private:
  friend class Check;
  Door(Check& check, int fd) : check_(&check), fd_(fd) {}
  Check* check_;
  int fd_;
};

// A datagram and who sent it.
struct Datagram {
  std::string bytes;
  std::uint16_t port = 0;  // the sender's, on 127.0.0.1
};

// The check's UDP socket, bound to 127.0.0.1. Drops, duplicates and reorders are what it sends, or
// does not.
class UdpDoor {
public:
  UdpDoor(UdpDoor&& other) noexcept;
  UdpDoor& operator=(UdpDoor&&) = delete;
  ~UdpDoor();
  std::uint16_t port() const;
  Datagram receive(const std::string& expected, const Guesses& guesses = {});
  bool nothing_within(Seconds time);
  void send(std::string_view bytes, std::uint16_t port);

private:
  friend class Check;
  UdpDoor(Check& check, int fd) : check_(&check), fd_(fd) {}
  Check* check_;
  int fd_;
};

// One thing that is tried, and all that was seen of it.
class Check {
public:
  explicit Check(std::string trying);
  Check(const Check&) = delete;
  Check& operator=(const Check&) = delete;

  Program start(std::vector<std::string> arguments, Stdio stdio = Stdio::pipes);
  Peer connect(std::uint16_t port, const Guesses& guesses = {},
               const std::string& host = "127.0.0.1");
  bool refuses(std::uint16_t port, const std::string& host = "127.0.0.1");  // nobody listens there
  Door listen(const std::string& host = "127.0.0.1");
  UdpDoor udp();
  std::uint16_t closed_port();  // nobody listens there for as long as this check lives

  // Ends the test case with what the caller found out by itself.
  [[noreturn]] void fail(const std::string& expected, const std::string& actual,
                         const Guesses& guesses = {});
  void require(bool holds, const std::string& expected, const std::string& actual,
               const Guesses& guesses = {});
  void note(const std::string& line);  // a line of the exchange; a repeated one is counted

  std::mt19937& random() { return random_; }        // seeded: the same seed, the same exchange
  std::string random_text(std::size_t characters);  // printable, with accents, no line ends
  Deadline deadline() const;                        // now and the patience
  Seconds patience() const;

private:
  friend class Program;
  friend class Peer;
  friend class Door;
  friend class UdpDoor;
  [[noreturn]] void end(Verdict verdict, std::vector<std::string> mistakes,
                        const std::string& expected, const std::string& actual);
  // What a peer of the program sees of its crash is an end, or silence: the crash itself is told.
  [[noreturn]] void end_or_crash(Verdict verdict, std::vector<std::string> mistakes,
                                 const std::string& expected, const std::string& actual);

  Report report_;
  std::string last_note_;
  int repeats_ = 0;
  std::mt19937 random_;
  std::vector<std::weak_ptr<testing::Process>> started_;
  std::vector<std::shared_ptr<int>> reserved_;  // descriptors of closed ports
};

// Bytes as a person reads them: text where it is text, hex from the first byte that differs where
// it is not.
std::string shown_bytes(std::string_view bytes);
std::string shown_difference(std::string_view expected, std::string_view actual);

}  // namespace prise::check
