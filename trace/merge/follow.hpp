// The calls of a run, each with what its descriptors stood for: which socket, of which process,
// between which addresses. From the logs of all the programs; what went from one to the other comes
// after (flows.hpp).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "capture/log.hpp"

namespace prise::trace {

enum class What { stream, datagrams, pipe, timer, terminal, epoll, other };

// What a descriptor stands for. Those that dup or fork made are the same.
struct Endpoint {
  What what = What::other;
  std::size_t process = 0;
  int fd = -1;
  std::string local;   // "127.0.0.1:9999"; empty: not known
  std::string remote;  // the same; empty: not connected
  std::string inode;   // of a pipe
  bool listens = false;
  bool nonblocking = false;
  int references = 0;

  // What only the program itself writes to: a timer, a pipe, but not the one it was given to read.
  bool is_inside() const { return (what == What::pipe && fd != 0) || what == What::timer; }
};

struct Process {
  std::string label;
  std::string executable;
  std::string command;
};

struct Thread {
  pid_t id = 0;
  std::size_t process = 0;
  bool first = true;
};

enum class Direction { none, out, in };

// One call of one thread, with what it was about.
struct Step {
  Call call;
  std::size_t thread = 0;                  // of Followed::threads
  std::optional<std::size_t> endpoint;     // what its first argument stood for
  std::optional<std::size_t> created;      // by socket, accept …
  std::optional<std::size_t> registered;   // by epoll_ctl
  std::vector<std::size_t> watched;        // by poll, select, epoll_wait: what it slept on, and …
  std::vector<std::size_t> ready;          // … what it found, and …
  std::vector<std::size_t> only_writable;  // … those of them that had room, and nothing to read
  std::vector<std::size_t> ended;  // those whose last descriptor it closed, or whose writing end

  Direction direction = Direction::none;
  bool peeked = false;    // MSG_PEEK: took nothing
  bool may_sleep = true;  // its socket blocks, and it did not ask for MSG_DONTWAIT
  std::size_t count = 0;  // bytes that went out or came in
  std::string data;       // the first of them, as many as the log has
  std::string peer;       // sendto's, recvfrom's, connect's, accept's address
};

struct Followed {
  std::vector<Process> processes;
  std::vector<Thread> threads;  // in the order of the processes, each one's first thread first
  std::vector<Endpoint> endpoints;
  std::vector<Step> steps;  // in the order in which they began
};

Followed follow(std::vector<Program> programs);

}  // namespace prise::trace
