#include "watch.hpp"

#include <algorithm>
#include <system_error>
#include <thread>
#include <vector>

#include "drivers/blocking.hpp"
#include "feed.hpp"

using namespace prise;

namespace {

// A price has come, or a new look at an old one. True: the last one wanted is behind us.
bool note(const Price& price, const Plan& plan, Watch& watch) {
  const double late = static_cast<double>(microseconds_now() - price.set_at) / 1000;
  // Two clocks that differ, on two machines, could make it negative.
  if (plan.covers(price.number))
    watch.milliseconds.try_emplace(price.number, std::max(late, 0.001));
  return price.number >= plan.last;
}

void take_counts(const HttpClient& client, Watch& watch) {
  watch.requests = client.requests;
  watch.connections = client.connections;
  watch.bytes_sent = client.bytes_sent;
  watch.bytes_received = client.bytes_received;
}

}  // namespace

double Watch::median() const {
  std::vector<double> sorted;
  for (const auto& [number, late] : milliseconds)
    sorted.push_back(late);
  std::sort(sorted.begin(), sorted.end());
  return sorted.empty() ? 0 : sorted[sorted.size() / 2];
}

double Watch::worst() const {
  double worst = 0;
  for (const auto& [number, late] : milliseconds)
    worst = std::max(worst, late);
  return worst;
}

Watch watch_by_polling(const Plan& plan) {
  Watch watch{.name = "polling"};
  HttpClient client(plan.server, plan.after);
  for (auto next = std::chrono::steady_clock::now();; next += plan.every) {
    std::this_thread::sleep_until(next);
    const auto response = client.get("/price");
    const auto price = response ? Price::parse(response->body) : std::nullopt;
    if (!price) watch.failure = "la réponse n'est pas un prix.";
    if (!price || note(*price, plan, watch)) break;
  }
  take_counts(client, watch);
  return watch;
}

Watch watch_by_long_polling(const Plan& plan) {
  Watch watch{.name = "long-polling"};
  HttpClient client(plan.server, plan.after);
  for (std::int64_t seen = plan.first - 1;;) {
    const auto response = client.get("/price?after=" + std::to_string(seen));
    if (response && response->status == 204) continue;  // nothing new for a long time: ask again
    const auto price = response ? Price::parse(response->body) : std::nullopt;
    if (!price) watch.failure = "la réponse n'est pas un prix.";
    if (!price || note(*price, plan, watch)) break;
    seen = price->number;
  }
  take_counts(client, watch);
  return watch;
}

Watch watch_by_push(const Plan& plan) {
  Watch watch{.name = "WebSocket", .requests = 1, .connections = 1};
  const drivers::Settings settings;
  auto socket =
      drivers::WebSocket::connect("ws://" + plan.server.host_and_port() + "/push", settings);
  while (const auto message = socket.receive()) {
    const auto price = Price::parse(message->bytes);
    if (!price) watch.failure = "un message n'est pas un prix.";
    if (!price || note(*price, plan, watch)) break;
  }
  if (!socket.is_open()) watch.failure = "le serveur a fermé le WebSocket.";
  watch.bytes_sent = socket.traffic().sent;
  watch.bytes_received = socket.traffic().received;
  socket.close();
  return watch;
}
