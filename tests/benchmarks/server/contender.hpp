// A server that takes part: a process of its own, on a core of its own, and what it costs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "benchmarks/server/load.hpp"
#include "support/process.hpp"

namespace prise::benchmark {

struct Contender {
  std::string name;
  Speech speech = Speech::websocket;
  testing::Command echo;
  testing::Command broadcast = {};  // empty: it takes no part in broadcasts

  [[nodiscard]] const testing::Command& command(Traffic traffic) const {
    return traffic == Traffic::echo ? echo : broadcast;
  }
};

// Ours, and those of the peers that were found when this was built. The floor comes first.
std::vector<Contender> all_contenders();

class Server {
public:
  // Starts it on the core and waits until it says « Port : N ».
  Server(const testing::Command& command, int core);

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] double cpu_seconds() const;  // of all its threads, since it began
  [[nodiscard]] std::uint64_t resident_bytes() const;

private:
  testing::Process process_;
  std::uint16_t port_ = 0;
};

// From now on this process runs on this core only.
void stay_on_core(int core);

}  // namespace prise::benchmark
