#include <poll.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <list>
#include <mutex>
#include <system_error>
#include <thread>

#include "conformance/run.hpp"

namespace prise::conformance {
namespace {

using testing::Command;
using testing::Process;

constexpr int look_for_the_end_milliseconds = 50;
constexpr Seconds time_to_leave(30);  // for a client whose case is over: some close in 10 seconds
constexpr Seconds time_to_report(2);  // for one that came by itself, after its last case

// Clients come to it, each on a thread of its own, and leave a result behind.
class Court {
public:
  Court(net::Listener& listener, const Cases& cases, const RunOptions& options)
      : listener_(listener), cases_(cases), options_(options), results_(cases.size()) {
    for (std::size_t i = 0; i < cases.size(); ++i)
      results_[i] = {cases[i].number, cases[i].title, Verdict::failed, "no client came", "", 0};
    judged_.resize(cases.size());
    receiving_ = std::jthread([this](const std::stop_token& stop) { receive(stop); });
  }

  std::string base() const { return "ws://" + listener_.address().host_and_port(); }
  std::string url(std::size_t index) const {
    return base() + "/runCase?case=" + std::to_string(index + 1) + "&agent=command";
  }

  // False: the time has passed without one more result.
  bool wait_for(std::size_t index, Deadline deadline) {
    std::unique_lock lock(mutex_);
    return changed_.wait_until(lock, deadline, [&] { return bool{judged_[index]}; });
  }
  bool wait_for_more(std::size_t count, Deadline deadline) {
    std::unique_lock lock(mutex_);
    return changed_.wait_until(lock, deadline, [&] { return count_ > count || finished_; });
  }
  void wait_for_reports() {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, within(time_to_report), [&] { return finished_; });
  }
  std::size_t count() {
    const std::lock_guard lock(mutex_);
    return count_;
  }
  bool all_done() {
    const std::lock_guard lock(mutex_);
    return finished_ || count_ == cases_.size();
  }
  void spoil(std::size_t index, const std::string& why) {
    const std::lock_guard lock(mutex_);
    results_[index].verdict = Verdict::failed;
    results_[index].why = why;
  }
  void report(std::size_t index) {
    const std::lock_guard lock(mutex_);
    if (options_.done) options_.done(results_[index]);
  }

  std::vector<Result> end() {
    receiving_.request_stop();
    receiving_.join();
    visits_.clear();
    return results_;
  }

private:
  void receive(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      pollfd waiting{listener_.fd(), POLLIN, 0};
      if (::poll(&waiting, 1, look_for_the_end_milliseconds) != 1) continue;
      visits_.emplace_back([this, stream = listener_.accept()]() mutable {
        try {
          visit(Wire(std::move(stream)));
        } catch (const std::system_error&) {
          // The client has gone before it said anything: its case stays without a result.
        }
      });
    }
  }

  void visit(Wire wire) {
    const Deadline end = within(Seconds(options_.settings.patience));
    std::optional<HeadAndBytes> request;
    while (!(request = head_in(wire.input())))
      if (!wire.read_more(end)) return;
    wire.take(request->bytes);
    const std::string path = request->head.path();
    const std::size_t at = path.find("case=");
    const std::size_t number = path.starts_with("/runCase") && at != std::string::npos
                                   ? std::strtoul(path.c_str() + at + 5, nullptr, 10)
                                   : 0;
    if (number >= 1 && number <= cases_.size())
      run(number - 1, std::move(wire), request->head);
    else
      serve(path, std::move(wire), request->head);
  }

  void run(std::size_t index, Wire wire, const Head& request) {
    const auto began = testing::Clock::now();
    Session session(cases_[index], Tested::client, std::move(wire), options_.settings);
    Result result = judge(cases_[index], Tested::client, session.play_against_client(request));
    result.seconds = Seconds(testing::Clock::now() - began).count();
    const std::lock_guard lock(mutex_);
    if (judged_[index] && results_[index].verdict >= result.verdict) return;  // the worst counts
    if (!judged_[index]) ++count_;
    judged_[index] = true;
    results_[index] = std::move(result);
    changed_.notify_all();
  }

  // What a client asks to find its way: how many cases there are, and that it has done.
  void serve(const std::string& path, Wire wire, const Head& request) {
    Case answer;
    if (path.starts_with("/getCaseCount")) {
      Frame count;
      count.payload = std::to_string(cases_.size());
      answer.steps = {Send{{count}}};
    }
    Session(answer, Tested::client, std::move(wire), options_.settings)
        .play_against_client(request);
    if (!path.starts_with("/updateReports")) return;
    const std::lock_guard lock(mutex_);
    finished_ = true;
    changed_.notify_all();
  }

  net::Listener& listener_;
  const Cases& cases_;
  const RunOptions& options_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Result> results_;
  std::vector<bool> judged_;
  std::size_t count_ = 0;
  bool finished_ = false;
  std::list<std::jthread> visits_;
  std::jthread receiving_;
};

Command command_with(std::vector<std::string> words, const std::string& mark,
                     const std::string& url) {
  for (std::string& word : words)
    if (const std::size_t at = word.find(mark); at != std::string::npos)
      word.replace(at, mark.size(), url);
  Command command{words.front(), {words.begin() + 1, words.end()}};
  return command;
}

// A client that dies, by a signal or by a sanitizer's hand, has failed whatever it said before.
std::string cause_of_death(Process& client) {
  const auto ending = client.wait(within(time_to_leave));
  if (!ending) return "the client does not end";
  if (ending->signal != 0)
    return "the client was killed by signal " + std::to_string(ending->signal);
  if (client.output().find("Sanitizer") != std::string::npos)
    return "a sanitizer stopped the client";
  return {};
}

void start_for_each(Court& court, const ClientRun& run, const Cases& cases, unsigned jobs) {
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < cases.size(); i = next++) {
      Process client(command_with(run.command, "{}", court.url(i)));
      court.wait_for(i, within(Seconds(std::max(run.seconds_without_progress, cases[i].seconds))));
      if (const std::string cause = cause_of_death(client); !cause.empty()) court.spoil(i, cause);
      court.report(i);
    }
  };
  std::vector<std::jthread> workers;
  for (unsigned i = 0; i < jobs; ++i)
    workers.emplace_back(work);
}

void wait_for_all(Court& court, const ClientRun& run) {
  while (!court.all_done())
    if (!court.wait_for_more(court.count(), within(Seconds(run.seconds_without_progress)))) return;
}

}  // namespace

std::vector<Result> test_client(net::Listener& listener, const ClientRun& run, const Cases& cases,
                                const RunOptions& options) {
  Court court(listener, cases, options);
  const auto holds = [&](const std::string& mark) {
    return std::any_of(run.command.begin(), run.command.end(), [&](const std::string& word) {
      return word.find(mark) != std::string::npos;
    });
  };
  if (holds("{}")) {
    start_for_each(court, run, cases, options.jobs);
    return court.end();
  }
  std::optional<Process> client;
  if (!run.command.empty()) client.emplace(command_with(run.command, "{all}", court.base()));
  wait_for_all(court, run);
  if (!client) court.wait_for_reports();
  const std::string cause = client ? cause_of_death(*client) : "";
  std::vector<Result> results = court.end();
  if (!cause.empty())
    results.push_back({"end", "the client ends well", Verdict::failed, cause, "", 0});
  if (options.done)
    for (const Result& result : results)
      options.done(result);
  return results;
}

}  // namespace prise::conformance
