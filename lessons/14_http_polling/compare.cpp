// Point:  polling asks too often or too late; long-polling asks once a price; push asks once.
// New:    the three at the same time on the same prices, counted: requests, bytes, lateness.
// Kept:   HTTP by hand (client.cpp); threads (lesson 10). The WebSocket is still a closed box.
// Try:    --every 10, then 1000; --close; --svg retard.svg; a server with --period 5.

#include <array>
#include <future>
#include <string>

#include "console.hpp"
#include "drawing.hpp"
#include "exchange.hpp"
#include "feed.hpp"
#include "options.hpp"
#include "plot.hpp"
#include "watch.hpp"

using namespace prise;

// A server that vanishes while three threads listen to it is one failure for each, not an end.
Watch attempt(Watch (*way)(const Plan&), const Plan& plan) {
  try {
    return way(plan);
  } catch (const std::system_error&) {
    return {.name = "", .failure = "le serveur a coupé la connexion."};
  }
}

void say_table(const Plan& plan, const std::array<Watch, 3>& watches) {
  double slowest = 0;
  for (const Watch& watch : watches)
    slowest = std::max(slowest, watch.median());
  say("Façon         Requêtes  Connexions  Envoyés   Reçus  Manqués  Médiane     Pire");
  for (const Watch& watch : watches)
    say("{:<12} {:>9} {:>11} {:>8} {:>7} {:>8} {:>8} {:>8}  {}", watch.name, watch.requests,
        watch.connections, watch.bytes_sent, watch.bytes_received,
        plan.prices() - static_cast<std::int64_t>(watch.milliseconds.size()),
        decimal(watch.median(), 2), decimal(watch.worst(), 2), bar(watch.median(), slowest, 20));
}

int main(int argc, char** argv) {
  std::size_t prices = 20, every_milliseconds = 100;
  bool close = false;
  std::string svg_path;
  const auto options = parse_options(
      argc, argv, {.port = 8765},
      {{"--prices", &prices, "Combien de prix suivre"},
       {"--every", &every_milliseconds, "Millisecondes entre deux questions du polling"},
       {"--close", &close, "Une connexion neuve pour chaque requête HTTP"},
       {"--svg", &svg_path, "Dessine aussi les retards dans ce fichier"}});
  if (prices == 0 || prices > 10'000 || every_milliseconds == 0 || every_milliseconds > 60'000) {
    warn("Erreur : --prices va de 1 à 10000, --every de 1 à 60000 ms.");
    return 2;
  }
  if (const auto obstacle = svg_path.empty() ? std::nullopt : obstacle_to_writing(svg_path)) {
    warn("Erreur : « {} » ne peut pas être écrit : {}.", svg_path, *obstacle);
    return 2;
  }

  Plan plan;
  plan.server = net::resolve(options.host, options.port).front();
  plan.every = std::chrono::milliseconds(every_milliseconds);
  plan.after = close ? AfterAnswer::close : AfterAnswer::keep_open;
  const auto response = HttpClient(plan.server).get("/price");
  const auto now = response ? Price::parse(response->body) : std::nullopt;
  if (!now) {
    warn("Erreur : ce qui a répondu là n'est pas le serveur de cette leçon.");
    return 1;
  }
  plan.first = now->number + 2;  // the next one may come while the three get ready
  plan.last = plan.first + static_cast<std::int64_t>(prices) - 1;
  say("{} prix, demandés de trois façons à la fois (octets sur TCP, retards en ms)...", prices);

  std::array<std::future<Watch>, 3> ways;
  for (std::size_t i = 0; i < ways.size(); ++i)
    ways[i] = std::async(std::launch::async, attempt,
                         std::array{watch_by_polling, watch_by_long_polling, watch_by_push}[i],
                         std::cref(plan));
  const std::array<Watch, 3> watches{ways[0].get(), ways[1].get(), ways[2].get()};
  for (const Watch& watch : watches) {
    if (watch.failure.empty()) continue;
    warn("Erreur : {}", watch.failure);
    return 1;
  }
  say_table(plan, watches);

  if (svg_path.empty()) return 0;
  if (const auto obstacle = write_whole(svg_path, svg_plot(plan, watches))) {
    warn("Erreur : « {} » ne peut pas être écrit : {}.", svg_path, *obstacle);
    return 1;
  }
  say("Retards dessinés dans {}", svg_path);
}
