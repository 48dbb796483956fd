// What a message costs a server, beside its peers, in one run: CPU a message and messages a second,
// as ratios to the floor. Server and clients have a core each; the servers take turns, and each
// figure is the median of several rounds.
#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <stdexcept>

#include "benchmarks/server/chart.hpp"
#include "benchmarks/server/contender.hpp"
#include "console.hpp"
#include "options.hpp"

using namespace prise;
using namespace prise::benchmark;

namespace {

constexpr int server_core = 0, our_core = 1;

enum class Kind { messages, connects, memory };

struct Measurement {
  Mode mode;
  Kind kind = Kind::messages;
};

const std::vector<Measurement>& all_measurements() {
  static const std::vector<Measurement> all{{{"64 B, 1", 1, 1, 64}},
                                            {{"64 B, 100", 100, 1, 64}},
                                            {{"64 B, 1000", 1000, 1, 64}},
                                            {{"64 in flight", 100, 64, 64}},
                                            {{"1 MiB", 1, 1, 1 << 20}},
                                            {{"broadcast", 1000, 1, 64, Traffic::broadcast}},
                                            {{"broadcast x16", 1000, 16, 64, Traffic::broadcast}},
                                            {{"connect", 1, 1, 64}, Kind::connects},
                                            {{"idle memory", 10'000, 1, 64}, Kind::memory}};
  return all;
}

struct Wishes {
  double seconds = 1;
  std::size_t rounds = 5;
  std::string only, mode, svg;
  std::size_t idle_connections = 10'000;
  std::uint16_t at_port = 0;
};

struct Findings {
  std::vector<Bar> bars;
  std::vector<Cell> cells;
};

struct Sample {
  double cost = 0;        // CPU seconds a message, or bytes a connection
  double per_second = 0;  // messages
  double our_share = 0;   // of our core: near 1, we were the slow ones
};

Sample sample(const Contender& contender, const Measurement& measurement, const Wishes& wishes) {
  Server server(contender.command(measurement.mode.traffic), server_core);
  if (measurement.kind == Kind::memory) {
    Mode mode = measurement.mode;
    mode.connections = wishes.idle_connections;
    {
      Load warm(server.port(), contender.speech, {"", 10});
      warm.run(0.1);
    }
    const std::uint64_t before = server.resident_bytes();
    Load load(server.port(), contender.speech, mode);
    load.run(0);  // one message each: it was alive, and is idle now
    const double bytes = static_cast<double>(server.resident_bytes() - before);
    return {bytes / static_cast<double>(mode.connections), 0, 0};
  }
  const auto measured = [&](auto&& run) -> Sample {
    run(wishes.seconds / 4);  // warm
    const double before = server.cpu_seconds();
    const Moved moved = run(wishes.seconds);
    const auto messages = static_cast<double>(moved.messages);
    return {(server.cpu_seconds() - before) / messages, messages / moved.seconds,
            moved.own_cpu_seconds / moved.seconds};
  };
  if (measurement.kind == Kind::connects)
    return measured([&](double seconds) {
      return connect_again_and_again(server.port(), contender.speech, seconds);
    });
  Load load(server.port(), contender.speech, measurement.mode);
  return measured([&](double seconds) { return load.run(seconds); });
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

template <typename Part>
double median_of(const std::vector<Sample>& samples, Part part) {
  std::vector<double> values;
  for (const Sample& one : samples)
    values.push_back(one.*part);
  return median(values);
}

// The median of the rounds' ratios: what else the machine did in a round, it did to both.
double ratio_to(const std::vector<Sample>& floor, const std::vector<Sample>& samples) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < std::min(samples.size(), floor.size()); ++i)
    ratios.push_back(samples[i].cost / floor[i].cost);
  return median(ratios);
}

void show(const std::string& who, const Measurement& measurement,
          const std::vector<Sample>& samples, const std::vector<Sample>& floor,
          Findings& findings) {
  const std::string& mode = measurement.mode.name;
  const double cost = median_of(samples, &Sample::cost);
  if (measurement.kind == Kind::memory) {
    findings.cells.push_back({mode, who, fmt::format("{:.0f} B", cost)});
    return say("  {:22} {:8.0f} B a connection", who, cost);
  }
  const double ratio = ratio_to(floor, samples);
  const double rate = median_of(samples, &Sample::per_second);
  const bool we_were_slow = median_of(samples, &Sample::our_share) > 0.95;
  say("  {:22} {:8.2f} us   x {:5.2f}   {:9.0f} /s   x {:4.2f}{}", who, cost * 1e6, ratio, rate,
      rate / median_of(floor, &Sample::per_second), we_were_slow ? "   (the clients' limit)" : "");
  findings.cells.push_back({mode, who, fmt::format("{:.2f}", ratio)});
  findings.bars.push_back({mode, who, ratio});
}

// The load alone, on a server that is there already: beside strace -c or perf, or on one that is
// none of ours.
void drive(const Measurement& measurement, const Wishes& wishes) {
  const auto run = [&] {
    if (measurement.kind == Kind::connects)
      return connect_again_and_again(wishes.at_port, Speech::websocket, wishes.seconds);
    return Load(wishes.at_port, Speech::websocket, measurement.mode).run(wishes.seconds);
  };
  if (measurement.kind == Kind::memory) return;
  const Moved moved = run();
  say("{:14} {} messages, {:.0f} /s", measurement.mode.name, moved.messages,
      static_cast<double>(moved.messages) / moved.seconds);
}

bool chosen(const std::string& name, const std::string& wanted) {
  return wanted.empty() || name.find(wanted) != std::string::npos;
}

}  // namespace

int main(int argc, char** argv) {
  Wishes wishes;
  parse_arguments(argc, argv,
                  {{"--seconds", &wishes.seconds, "Secondes par mesure"},
                   {"--rounds", &wishes.rounds, "Tours ; chaque chiffre est leur médiane"},
                   {"--only", &wishes.only, "Ce serveur seulement, à côté de TCP"},
                   {"--mode", &wishes.mode, "Cette mesure seulement"},
                   {"--at", &wishes.at_port, "Ce port de 127.0.0.1, où un serveur écoute déjà"},
                   {"--idle", &wishes.idle_connections, "Connexions au repos"},
                   {"--svg", &wishes.svg, "Fichier où dessiner les rapports"}});
  stay_on_core(our_core);
  if (wishes.at_port != 0) {
    for (const Measurement& measurement : all_measurements())
      if (chosen(measurement.mode.name, wishes.mode)) drive(measurement, wishes);
    return 0;
  }
  const std::vector<Contender> contenders = all_contenders();
  Findings findings;
  for (const Measurement& measurement : all_measurements()) {
    if (!chosen(measurement.mode.name, wishes.mode)) continue;
    std::vector<std::vector<Sample>> samples(contenders.size());
    std::vector<std::string> failures(contenders.size());
    for (std::size_t round = 0; round < wishes.rounds; ++round) {
      for (std::size_t i = 0; i < contenders.size(); ++i) {
        const bool takes_part = i == 0 || chosen(contenders[i].name, wishes.only);
        if (!takes_part || !failures[i].empty() ||
            contenders[i].command(measurement.mode.traffic).program.empty())
          continue;
        try {
          samples[i].push_back(sample(contenders[i], measurement, wishes));
        } catch (const std::exception& error) {
          failures[i] = error.what();
        }
      }
    }
    say("{}", measurement.mode.name);
    for (std::size_t i = 0; i < contenders.size(); ++i) {
      if (!failures[i].empty()) warn("  {}: {}", contenders[i].name, failures[i]);
      if (!samples[i].empty())
        show(contenders[i].name, measurement, samples[i], samples[0], findings);
    }
  }
  say("");
  for (const std::string& line : table_of(findings.cells))
    say("{}", line);
  if (wishes.svg.empty()) return 0;
  const auto obstacle = write_whole(wishes.svg, chart_of(findings.bars));
  if (obstacle) warn("{} : {}", wishes.svg, *obstacle);
  return obstacle ? 1 : 0;
}
