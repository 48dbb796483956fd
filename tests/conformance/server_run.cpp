#include <atomic>
#include <chrono>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "conformance/run.hpp"

namespace prise::conformance {
namespace {

Result run_case(const ServerAddress& server, const Case& one, const RunOptions& options) {
  const auto began = testing::Clock::now();
  Result result{one.number, one.title};
  try {
    const net::Address address = net::resolve(server.host, server.port).front();
    Session session(one, Tested::server, Wire(net::Stream::connect(address)), options.settings);
    const Where where{server.host + ":" + std::to_string(server.port), server.path};
    result = judge(one, Tested::server, session.play_against_server(where));
  } catch (const std::system_error& error) {
    result.why = error.what();
    result.closing = "no connection";
  }
  result.seconds = Seconds(testing::Clock::now() - began).count();
  return result;
}

}  // namespace

ServerAddress server_address(const std::string& url) {
  const std::string scheme = "ws://";
  if (!url.starts_with(scheme)) throw std::invalid_argument("not a ws:// address: " + url);
  const std::string rest = url.substr(scheme.size());
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  const std::size_t colon = rest.rfind(':', slash);
  ServerAddress server{rest.substr(0, std::min(colon, slash)), 80, rest.substr(slash)};
  if (colon != std::string::npos)
    server.port = static_cast<std::uint16_t>(std::stoul(rest.substr(colon + 1, slash - colon - 1)));
  if (server.host.starts_with('[')) server.host = server.host.substr(1, server.host.size() - 2);
  if (server.path.empty()) server.path = "/";
  return server;
}

std::vector<Result> test_server(const ServerAddress& server, const Cases& cases,
                                const RunOptions& options) {
  std::vector<Result> results(cases.size());
  std::atomic<std::size_t> next = 0;
  std::mutex reporting;
  const auto work = [&] {
    for (std::size_t i = next++; i < cases.size(); i = next++) {
      results[i] = run_case(server, cases[i], options);
      const std::lock_guard lock(reporting);
      if (options.done) options.done(results[i]);
    }
  };
  {
    std::vector<std::jthread> workers;
    for (unsigned i = 0; i < options.jobs; ++i)
      workers.emplace_back(work);
  }
  // A crash in the last case would show nowhere else.
  Case end{"end", "the server still answers"};
  const Result last = run_case(server, end, options);
  if (last.verdict != Verdict::ok) {
    results.push_back(last);
    if (options.done) options.done(last);
  }
  return results;
}

}  // namespace prise::conformance
