// Many cases, several at once, against one server or one client.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "conformance/judge.hpp"
#include "net/stream.hpp"

namespace prise::conformance {

struct RunOptions {
  Settings settings = {};
  unsigned jobs = 4;
  std::function<void(const Result&)> done = {};  // called for each case, by one thread at a time
};

// "ws://host:port/path". Throws std::invalid_argument.
struct ServerAddress {
  std::string host;
  std::uint16_t port = 0;
  std::string path = "/";
};
ServerAddress server_address(const std::string& url);

// In the order of `cases`. A last result, "end", tells of a server that does not answer any more.
std::vector<Result> test_server(const ServerAddress& server, const Cases& cases,
                                const RunOptions& options);

// Listens, and judges the clients that come to /runCase?case=N (1 is the first of `cases`), as
// Autobahn's fuzzing server does; /getCaseCount and /updateReports are there too. `command` may be
// empty: then clients come by themselves. With "{}" among its words it is started once for each
// case, which stands in their place; with "{all}", once for all, and is given ws://host:port.
struct ClientRun {
  std::vector<std::string> command;
  double seconds_without_progress = 30;
};
std::vector<Result> test_client(net::Listener& listener, const ClientRun& run, const Cases& cases,
                                const RunOptions& options);

}  // namespace prise::conformance
