// Point:  a thread a client costs memory; poll costs time, for those who are silent; epoll neither.
// New:    each way in a process of its own, so that what it uses can be read: RSS, processor time.
// Kept:   the loop of room.hpp, here as an echo; a thread a client, as in lesson 11.
// Try:    --clients 10000; ulimit -n 500 before it; the quick build beside the release one.

#include <sys/resource.h>

#include <algorithm>
#include <string>
#include <vector>

#include "console.hpp"
#include "crowd.hpp"
#include "drawing.hpp"
#include "net/stream.hpp"
#include "options.hpp"
#include "plot.hpp"
#include "process.hpp"
#include "ways.hpp"

using namespace prise;

constexpr std::size_t clients_max = 100'000;
constexpr std::size_t messages = 2000;  // at least so many are averaged

Row measure(Way way, net::Listener& listener, std::size_t count) {
  const Process server([&](int stop) { serve(way, listener, stop); });
  Crowd(listener.address(), 1).speak_in_turn(100);  // what is there for the first is for all
  const double memory_before = server.memory_bytes();

  Crowd clients(listener.address(), count);
  clients.speak_all_at_once(1);
  const auto once = static_cast<double>(count);
  Row row{count, way, std::max(server.memory_bytes() - memory_before, 0.0) / once, 0, 0};

  const auto microseconds_of = [&](auto speak, double times) {
    const double before = server.cpu_seconds();
    speak();
    return (server.cpu_seconds() - before) * 1e6 / times;
  };
  row.microseconds_in_turn =
      microseconds_of([&] { clients.speak_in_turn(messages); }, static_cast<double>(messages));
  const std::size_t rounds = std::max<std::size_t>(messages / count, 1);
  row.microseconds_all_at_once = microseconds_of([&] { clients.speak_all_at_once(rounds); },
                                                 static_cast<double>(rounds) * once);
  return row;
}

// How many clients this process, and the server, may have descriptors for.
std::size_t clients_allowed() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;  // what we may give ourselves
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  constexpr rlim_t others = 32;  // the terminal, the listener…
  return static_cast<std::size_t>(std::max(limit.rlim_cur, others + 10) - others);
}

// 10, 100, 1000… up to the greatest, which is the last.
std::vector<std::size_t> sizes_up_to(std::size_t greatest) {
  std::vector<std::size_t> sizes;
  for (std::size_t size = 10; size < greatest; size *= 10)
    sizes.push_back(size);
  sizes.push_back(greatest);
  return sizes;
}

void say_rows(const std::vector<Row>& rows) {
  double slowest = 0;
  for (const Row& row : rows)
    slowest = std::max(slowest, row.microseconds_in_turn);
  for (const Row& row : rows)
    say("{:>7}  {:<5} {:>10} {:>9} {:>15}  {}", row.clients, name_of(row.way),
        decimal(row.bytes_a_client / 1024, 1), decimal(row.microseconds_in_turn, 1),
        decimal(row.microseconds_all_at_once, 1), bar(row.microseconds_in_turn, slowest, 20));
}

std::vector<Row> measure_ways(net::Listener& listener, std::size_t count) {
  std::vector<Row> rows;
  for (const Way way : ways_here) {
    try {
      rows.push_back(measure(way, listener, count));
    } catch (const ServerGone&) {
      warn("{} clients, {} : ce système n'en permet pas tant.", count, name_of(way));
    }
  }
  return rows;
}

bool write_plot(const std::string& path, const std::string& plot) {
  if (path.empty()) return true;
  if (const auto obstacle = write_whole(path, plot)) {
    warn("Erreur : « {} » ne peut pas être écrit : {}.", path, *obstacle);
    return false;
  }
  say("Courbes dessinées dans {}", path);
  return true;
}

int main(int argc, char** argv) {
  std::size_t greatest = 1000;
  std::string time_path, memory_path;
  const auto options = parse_options(
      argc, argv, {.port = 12345},
      {{"--clients", &greatest, "Le plus grand nombre de clients"},
       {"--time-svg", &time_path, "Dessine le temps par message dans ce fichier"},
       {"--memory-svg", &memory_path, "Dessine la mémoire par client dans celui-ci"}});
  if (greatest == 0 || greatest > clients_max) {
    warn("Erreur : --clients va de 1 à {}.", clients_max);
    return 2;
  }
  for (const std::string& path : {time_path, memory_path}) {
    const auto obstacle = path.empty() ? std::nullopt : obstacle_to_writing(path);
    if (!obstacle) continue;
    warn("Erreur : « {} » ne peut pas être écrit : {}.", path, *obstacle);
    return 2;
  }

  net::Listener listener(net::resolve(options.host, options.port, net::Purpose::listen).front());
  say_chosen_port(options, listener.address().port());
  if (const std::size_t allowed = clients_allowed(); greatest > allowed) {
    say("Ce système permet {} clients au plus (ulimit -n).", allowed);
    greatest = allowed;
  }
  say("Clients  Façon Kio/client  Un parle  Tous à la fois   (µs de processeur par message)");
  std::vector<Row> rows;
  for (const std::size_t count : sizes_up_to(greatest)) {
    const std::vector<Row> found = measure_ways(listener, count);
    say_rows(found);
    rows.insert(rows.end(), found.begin(), found.end());
  }
  if (rows.empty()) return 1;
  return write_plot(time_path, svg_of_time(rows)) && write_plot(memory_path, svg_of_memory(rows))
             ? 0
             : 1;
}
