#include "scale/server.hpp"

#include <fmt/core.h>
#include <sys/resource.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "scale/wire.hpp"

namespace prise::scale {
namespace {

testing::Command command_for(const std::string& program, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"--port", "0"});
  return {program, std::move(arguments)};
}

}  // namespace

void allow_descriptors(std::size_t count) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_max < count)
    throw Violation(fmt::format("il faut {} descripteurs, et ulimit -Hn n'en permet que {}", count,
                                limit.rlim_max));
}

Server::Server(const std::string& program, std::vector<std::string> arguments)
    : process_(command_for(program, std::move(arguments))) {
  constexpr std::string_view said = "Port : ";
  const bool there = process_.wait_for("\n", testing::within(testing::Seconds(30)));
  if (!there || !process_.output().starts_with(said))
    throw Violation("la salle ne s'ouvre pas : " + process_.output().substr(0, 200));
  port_ = static_cast<std::uint16_t>(std::stoul(process_.output().substr(said.size())));
}

std::string Server::proc(const std::string& name) const {
  return "/proc/" + std::to_string(process_.program_pid()) + "/" + name;
}

std::uint64_t Server::resident_bytes() const {
  std::ifstream statm(proc("statm"));
  std::uint64_t size = 0, resident = 0;  // pages
  statm >> size >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::size_t Server::descriptors() const {
  std::error_code gone;
  const std::filesystem::directory_iterator all(proc("fd"), gone);
  return gone ? 0 : static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

double Server::cpu_seconds() const {
  clockid_t clock{};
  timespec time{};
  if (::clock_getcpuclockid(process_.program_pid(), &clock) != 0) return 0;
  ::clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

void Server::must_have_ended(testing::Seconds patience) {
  const auto deadline = testing::within(patience);
  while (process_.read_more(deadline)) {
  }
  const auto ending = process_.wait(deadline);
  if (!ending) throw Violation("la salle ne se ferme pas");
  if (!ending->clean()) throw Violation("la salle s'est mal fermée : " + ending->text());
  if (process_.output() != "Port : " + std::to_string(port_) + "\n")
    throw Violation("la salle a dit : " + process_.output().substr(0, 2000));
}

}  // namespace prise::scale
