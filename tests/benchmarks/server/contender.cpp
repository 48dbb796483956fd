#include "benchmarks/server/contender.hpp"

#include <sched.h>
#include <unistd.h>

#include <ctime>
#include <fstream>
#include <stdexcept>

#include "net/error.hpp"

namespace prise::benchmark {
namespace {

testing::Command on_core(const testing::Command& command, int core) {
  testing::Command pinned = command;
  pinned.program = "taskset";
  pinned.arguments = {"-c", std::to_string(core), command.program.string()};
  pinned.arguments.insert(pinned.arguments.end(), command.arguments.begin(),
                          command.arguments.end());
  return pinned;
}

testing::Command program(const std::string& name, std::vector<std::string> arguments = {}) {
  arguments.insert(arguments.begin(), {"--port", "0"});
  return {std::string(PRISE_SERVERS) + "/" + name, std::move(arguments)};
}

// Those of the packages that may not be there: an empty path, and they take no part.
void add_if_there(std::vector<Contender>& all, const std::string& name, const std::string& needed,
                  const testing::Command& echo) {
  if (!needed.empty()) all.push_back({name, Speech::websocket, echo});
}

}  // namespace

std::vector<Contender> all_contenders() {
  std::vector<Contender> all{{"raw TCP (the floor)", Speech::raw, program("floor_echo"),
                              program("floor_echo", {"--broadcast"})},
                             {"Prise, event loop", Speech::websocket, program("event_loop_echo"),
                              program("event_loop_echo", {"--broadcast"})}};
#ifdef PRISE_HAS_ASIO_ECHO
  all.push_back({"Prise, asio", Speech::websocket, program("asio_echo"),
                 program("asio_echo", {"--broadcast"})});
#endif
#ifdef PRISE_HAS_BEAST
  all.push_back({"Boost.Beast", Speech::websocket, program("beast_echo")});
#endif
#ifdef PRISE_HAS_LIBWEBSOCKETS
  all.push_back({"libwebsockets", Speech::websocket, program("libwebsockets_echo")});
#endif
#ifdef PRISE_HAS_WEBSOCKETPP
  all.push_back({"websocketpp", Speech::websocket, program("websocketpp_echo")});
#endif
  const std::string peers = PRISE_PEERS;
  const std::string python = PRISE_PYTHON, node = PRISE_NODE;
  add_if_there(
      all, "npm ws", node,
      {node, {peers + "/ws_server.mjs"}, {}, {{"PRISE_NODE_MODULES", PRISE_NODE_MODULES}}});
  add_if_there(all, "python websockets", python, {python, {peers + "/python_server.py"}});
  return all;
}

Server::Server(const testing::Command& command, int core) : process_(on_core(command, core)) {
  constexpr std::string_view said = "Port : ";
  const bool there = process_.wait_for("\n", testing::within(testing::Seconds(20)));
  const std::size_t at = process_.output().find(said);
  if (!there || at == std::string::npos)
    throw std::runtime_error("it does not start: " + process_.output().substr(0, 200));
  port_ = static_cast<std::uint16_t>(std::stoul(process_.output().substr(at + said.size())));
}

double Server::cpu_seconds() const {
  clockid_t clock{};
  timespec time{};
  if (::clock_getcpuclockid(process_.program_pid(), &clock) != 0 ||
      ::clock_gettime(clock, &time) == -1)
    throw std::runtime_error("it has ended: " + process_.output().substr(0, 200));
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

// proc(5), /proc/pid/statm: the second number, in pages.
std::uint64_t Server::resident_bytes() const {
  std::ifstream statm("/proc/" + std::to_string(process_.program_pid()) + "/statm");
  std::uint64_t size = 0, resident = 0;
  statm >> size >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

void stay_on_core(int core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(static_cast<std::size_t>(core), &cores);
  net::checked(::sched_setaffinity(0, sizeof cores, &cores), "sched_setaffinity");
}

}  // namespace prise::benchmark
