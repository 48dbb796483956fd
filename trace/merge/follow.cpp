#include "merge/follow.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "merge/descriptors.hpp"
#include "merge/transfer.hpp"

namespace prise::trace {
namespace {

bool is_any_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string base_name(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

// Follows the descriptors of the processes of one program's log, moment by moment.
class Follower {
public:
  Follower(Followed& all, Program program) : all_(all), program_(std::move(program)) {
    add_signals();
    for (const Call& call : program_.log.calls)
      if (is_any_of(call.name, {"clone", "clone3", "fork", "vfork"}) && call.value())
        births_[static_cast<pid_t>(*call.value())] = &call;
  }

  void run() {
    struct Moment {
      double at;
      std::size_t call;
      bool end;
    };
    std::vector<Moment> moments;
    for (std::size_t i = 0; i < program_.log.calls.size(); ++i) {
      const Call& call = program_.log.calls[i];
      moments.push_back({call.began, i, false});
      if (call.finished) moments.push_back({call.ended, i, true});
    }
    std::stable_sort(moments.begin(), moments.end(), [](const Moment& a, const Moment& b) {
      return std::tie(a.at, a.call, a.end) < std::tie(b.at, b.call, b.end);
    });
    const std::size_t first_step = all_.steps.size();
    all_.steps.resize(first_step + program_.log.calls.size());
    for (const Moment& moment : moments) {
      Step& step = all_.steps[first_step + moment.call];
      if (moment.end)
        end(step);
      else
        begin(step, program_.log.calls[moment.call]);
    }
  }

private:
  using Table = std::map<int, std::size_t>;  // descriptor → endpoint

  // A process that a signal killed has closed its sockets too: as a call that never returned. The
  // signals that tell a story are calls of the same kind.
  void add_signals() {
    for (const Occurrence& what : program_.log.occurrences) {
      const bool death = what.kind == Occurrence::Kind::killed;
      const bool told = what.kind == Occurrence::Kind::signal &&
                        is_any_of(what.name, {"SIGINT", "SIGTERM", "SIGHUP", "SIGPIPE"});
      if (!death && !told) continue;
      Call call{what.thread, what.at, what.at};
      call.finished = false;
      call.name = death ? "killed" : "signal";
      call.arguments = {what.name};
      program_.log.calls.push_back(std::move(call));
    }
  }

  // --- threads and processes ---------------------------------------------------------------------

  std::size_t thread_of(pid_t id) {
    if (const auto known = threads_.find(id); known != threads_.end()) return known->second;
    const auto birth = births_.find(id);
    const bool has_parent = birth != births_.end() && threads_.contains(birth->second->thread);
    const bool same_process = has_parent && is_thread(*birth->second);
    std::size_t process = 0;
    if (same_process) {
      process = all_.threads[threads_[birth->second->thread]].process;
    } else {
      process = all_.processes.size();
      all_.processes.push_back({program_.label, "", program_.command});
      tables_.emplace(process, Table{});
      if (has_parent) inherit(process, all_.threads[threads_[birth->second->thread]].process);
    }
    all_.threads.push_back({id, process, !same_process});
    return threads_[id] = all_.threads.size() - 1;
  }

  static bool is_thread(const Call& birth) {
    for (const std::string& argument : birth.arguments)
      if (argument.find("CLONE_THREAD") != std::string::npos) return true;
    return false;
  }

  void inherit(std::size_t child, std::size_t parent) {
    all_.processes[child] = all_.processes[parent];  // until an execve of its own
    tables_[child] = tables_[parent];
    for (const auto& [fd, endpoint] : tables_[child])
      ++all_.endpoints[endpoint].references;
  }

  // --- descriptors
  // -----------------------------------------------------------------------------------

  Table& table_of(const Step& step) { return tables_[all_.threads[step.thread].process]; }

  std::optional<std::size_t> endpoint_of(const Step& step, std::string_view argument) {
    const auto fd = number_of(argument);
    if (!fd || *fd < 0) return std::nullopt;
    Table& table = table_of(step);
    const auto known = table.find(static_cast<int>(*fd));
    // Whatever was there before the trace: 0, 1 and 2.
    const std::size_t index =
        known != table.end() ? known->second : create(step, argument, What::other);
    Endpoint& endpoint = all_.endpoints[index];
    learn(endpoint, annotation_of(argument));
    // A scene has given a pipe to whom nobody types anything: for its reader, a keyboard.
    if (endpoint.fd == 0 && endpoint.what == What::pipe && !program_.label.empty())
      endpoint.what = What::terminal;
    return index;
  }

  std::size_t create(const Step& step, std::string_view descriptor, What what) {
    const int fd = static_cast<int>(number_of(descriptor).value_or(-1));
    Endpoint endpoint;
    endpoint.what = what;
    endpoint.process = all_.threads[step.thread].process;
    endpoint.fd = fd;
    endpoint.references = 1;
    learn(endpoint, annotation_of(descriptor));
    all_.endpoints.push_back(std::move(endpoint));
    return table_of(step)[fd] = all_.endpoints.size() - 1;
  }

  void forget(Step& step, std::size_t endpoint) {
    if (--all_.endpoints[endpoint].references == 0) step.ended.push_back(endpoint);
  }

  // --- the two moments of a call
  // ----------------------------------------------------------------------

  void begin(Step& step, const Call& call) {
    step.call = call;
    step.thread = thread_of(call.thread);
    const std::string& name = call.name;
    if (name == "exit_group" || name == "killed") return leave(step);
    if (is_any_of(name, {"poll", "ppoll"}))
      for (const std::string_view item : items_of(call.argument(0)))
        if (const auto watched = endpoint_of(step, field(item, "fd")))
          step.watched.push_back(*watched);
    if (!call.argument(0).empty() && call.argument(0).find('<') != std::string_view::npos)
      step.endpoint = endpoint_of(step, call.argument(0));
    if (is_any_of(name, {"epoll_wait", "epoll_pwait", "epoll_pwait2"}) && step.endpoint)
      for (const auto& [data, endpoint] : registered_[*step.endpoint])
        step.watched.push_back(endpoint);
    read_transfer(step);
    if (step.endpoint && all_.endpoints[*step.endpoint].nonblocking) step.may_sleep = false;
    if (name == "close" && step.endpoint && call.error().empty()) {
      table_of(step).erase(static_cast<int>(*number_of(call.argument(0))));
      for (const auto& [fd, endpoint] : table_of(step))  // a dup is what it is known by now
        if (endpoint == *step.endpoint) all_.endpoints[endpoint].fd = fd;
      forget(step, *step.endpoint);
    }
    if (name == "shutdown" && step.endpoint && call.argument(1) != "SHUT_RD" &&
        call.error().empty())
      step.ended.push_back(*step.endpoint);
  }

  void leave(Step& step) {
    for (const auto& [fd, endpoint] : table_of(step))
      forget(step, endpoint);
    table_of(step).clear();
  }

  void end(Step& step) {
    const Call& call = step.call;
    const std::string& name = call.name;
    if (name == "execve" && call.value()) return execute(step);
    if (name == "connect" && step.endpoint) connected(step);
    if (!call.value()) return;
    if (is_any_of(name, {"socket", "accept", "accept4", "epoll_create1", "epoll_create", "eventfd2",
                         "timerfd_create"}))
      made(step);
    if (name == "pipe" || name == "pipe2")
      for (const std::string_view end : items_of(call.argument(0)))
        create(step, end, What::pipe);
    if (is_any_of(name, {"dup", "dup2", "dup3"})) duplicate(step);
    if (name == "fcntl" && call.argument(1).starts_with("F_DUPFD")) duplicate(step);
    if (name == "listen" && step.endpoint) all_.endpoints[*step.endpoint].listens = true;
    if (is_any_of(name, {"bind", "getsockname"}) && step.endpoint) {
      const std::string address = address_of(call.argument(1));
      if (!address.empty() && !address.ends_with(":0"))
        all_.endpoints[*step.endpoint].local = address;
    }
    if (name == "epoll_ctl") register_in_epoll(step);
    if (name == "fcntl" && call.argument(1) == "F_SETFL" && step.endpoint)
      all_.endpoints[*step.endpoint].nonblocking = contains(call.argument(2), "O_NONBLOCK");
    if (name == "ioctl" && call.argument(1) == "FIONBIO" && step.endpoint)
      all_.endpoints[*step.endpoint].nonblocking = call.argument(2) != "[0]";
    found_ready(step);
  }

  void execute(Step& step) {
    Process& process = all_.processes[all_.threads[step.thread].process];
    process.executable = bytes_of_string(step.call.argument(0));
    if (program_.label.empty()) process.label = base_name(process.executable);
    if (!program_.label.empty()) return;
    process.command.clear();
    for (const std::string_view word : items_of(step.call.argument(1)))
      process.command += (process.command.empty() ? "" : " ") + bytes_of_string(word);
  }

  void connected(Step& step) {
    step.peer = address_of(step.call.argument(1));
    const bool under_way = step.call.value() || step.call.error() == "EINPROGRESS";
    if (under_way) all_.endpoints[*step.endpoint].remote = step.peer;
  }

  void made(Step& step) {
    step.created = create(step, step.call.result, What::other);
    const std::size_t flags = step.call.name == "socket" ? 1 : 3;
    all_.endpoints[*step.created].nonblocking =
        contains(step.call.argument(flags), "SOCK_NONBLOCK");
    if (!step.call.name.starts_with("accept") || !step.endpoint) return;
    Endpoint& made = all_.endpoints[*step.created];
    made.what = What::stream;
    step.peer = address_of(step.call.argument(1));
    if (made.remote.empty()) made.remote = step.peer;
    if (step.peer.empty()) step.peer = made.remote;
    if (made.local.empty()) made.local = all_.endpoints[*step.endpoint].local;
  }

  void duplicate(Step& step) {
    if (!step.endpoint) return;
    const int fd = static_cast<int>(*step.call.value());
    Table& table = table_of(step);
    if (const auto old = table.find(fd); old != table.end() && old->second != *step.endpoint)
      forget(step, old->second);
    table[fd] = *step.endpoint;
    ++all_.endpoints[*step.endpoint].references;
  }

  // --- what poll and epoll_wait found
  // -----------------------------------------------------------------

  void register_in_epoll(Step& step) {
    if (!step.endpoint) return;
    const auto watched = endpoint_of(step, step.call.argument(2));
    if (!watched) return;
    step.registered = watched;
    auto& entries = registered_[*step.endpoint];
    std::erase_if(entries, [&](const auto& entry) { return entry.second == *watched; });
    if (step.call.argument(1) != "EPOLL_CTL_DEL")
      entries.emplace_back(data_of(step.call.argument(3)), *watched);
  }

  static std::string data_of(std::string_view event) {
    return std::string(field(field(event, "data"), "u64"));
  }

  void found_ready(Step& step) {
    const Call& call = step.call;
    if (is_any_of(call.name, {"epoll_wait", "epoll_pwait", "epoll_pwait2"}) && step.endpoint) {
      for (const std::string_view event : items_of(call.argument(1)))
        for (const auto& [data, endpoint] : registered_[*step.endpoint])
          if (!data.empty() && data == data_of(event))
            ready(step, endpoint, field(event, "events"));
    } else if (is_any_of(call.name, {"poll", "ppoll"})) {
      const std::size_t open = call.result.find("([");  // "1 ([{fd=5, revents=POLLIN}])"
      if (open == std::string::npos) return;
      const std::string_view list = std::string_view(call.result).substr(open + 1);
      for (const std::string_view item : items_of(list.substr(0, list.rfind(')'))))
        if (const std::string_view events = field(item, "revents"); !events.empty())
          if (const auto endpoint = endpoint_of(step, field(item, "fd")))
            ready(step, *endpoint, events);
    }
  }

  // POLLOUT or EPOLLOUT, with nothing beside it: there is room, and nothing came.
  static void ready(Step& step, std::size_t endpoint, std::string_view events) {
    step.ready.push_back(endpoint);
    if (events.ends_with("OUT") && !contains(events, "|")) step.only_writable.push_back(endpoint);
  }

  Followed& all_;
  Program program_;
  std::map<pid_t, const Call*> births_;
  std::map<pid_t, std::size_t> threads_;
  std::map<std::size_t, Table> tables_;  // of each process
  std::map<std::size_t, std::vector<std::pair<std::string, std::size_t>>> registered_;
};

}  // namespace

Followed follow(std::vector<Program> programs) {
  Followed all;
  for (Program& program : programs)
    Follower(all, std::move(program)).run();
  std::stable_sort(all.steps.begin(), all.steps.end(),
                   [](const Step& a, const Step& b) { return a.call.began < b.call.began; });
  return all;
}

}  // namespace prise::trace
