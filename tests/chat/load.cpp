// A crowd for the chat: so many clients in so many rooms, who say so much; how long each message
// takes to each of them, and whether one is lost. Clients and server share one clock.
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <fstream>
#include <string>
#include <vector>

#include "console.hpp"
#include "drivers/event_loop.hpp"
#include "options.hpp"

using namespace prise;
using namespace std::chrono_literals;
using drivers::Peer;
using Clock = std::chrono::steady_clock;

namespace {

struct Plan {
  std::size_t clients = 5000, rooms = 50, per_second = 200, seconds = 120, pid = 0;
  std::size_t patience = 60;  // seconds, for each thing that must come
};

struct Person {
  std::size_t room = 0;
  Peer* peer = nullptr;
  std::uint64_t received = 0;
  std::int64_t last_id = 0;
};

std::string room_name(std::size_t room) {
  return room == 0 ? "general" : fmt::format("salon {}", room);
}

std::int64_t now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now().time_since_epoch())
      .count();
}

// The number after `field`, such as "\"id\":"; -1: there is none.
std::int64_t number_after(std::string_view text, std::string_view field) {
  const std::size_t at = text.find(field);
  std::int64_t number = -1;
  if (at != std::string_view::npos)
    std::from_chars(text.data() + at + field.size(), text.data() + text.size(), number);
  return number;
}

class Crowd : public drivers::Handler {
public:
  Crowd(const Plan& plan, drivers::EventLoop& loop, const websocket::Url& url)
      : plan_{plan}, loop_{loop}, url_{url}, people_(plan.clients), said_(plan.rooms) {
    latencies_us_.reserve(plan.per_second * plan.seconds * plan.clients / plan.rooms);
    for (std::size_t i = 0; i < plan.clients; ++i)
      people_[i].room = i % plan.rooms;
  }

  // False: not everyone could come.
  bool arrive() {
    connect_next();
    const bool open =
        turn_until([this] { return rooms_there_ >= plan_.rooms; },
                   [this] { return fmt::format("{} salons sur {}", rooms_there_, plan_.rooms); });
    if (!open) return false;
    for (int i = 0; i < 100; ++i)
      connect_next();
    const bool all =
        turn_until([this] { return present_ == plan_.clients; },
                   [this] { return fmt::format("{} clients sur {}", present_, plan_.clients); });
    return all && settle();
  }

  // What did not come is counted by the report.
  void talk() {
    const std::size_t total = plan_.per_second * plan_.seconds;
    const auto begin = Clock::now();
    std::size_t sent = 0;
    while (sent < total) {
      loop_.turn(1ms);
      const std::chrono::duration<double> gone = Clock::now() - begin;
      const auto due =
          static_cast<std::size_t>(gone.count() * static_cast<double>(plan_.per_second));
      for (; sent < std::min(due, total); ++sent)
        say_something(sent);
    }
    turn_until([this] { return missing() == 0; },
               [this] { return fmt::format("il manque {} livraisons", missing()); });
  }

  bool report() {
    if (latencies_us_.empty()) {
      warn("Personne n'a rien reçu.");
      return false;
    }
    std::sort(latencies_us_.begin(), latencies_us_.end());
    const auto percentile = [this](double part) {
      const auto last = static_cast<double>(latencies_us_.size() - 1);
      return static_cast<double>(latencies_us_.at(static_cast<std::size_t>(part * last))) / 1000;
    };
    say("{} clients, {} salons, {} messages par seconde pendant {} s : {} livraisons, {} par "
        "seconde",
        plan_.clients, plan_.rooms, plan_.per_second, plan_.seconds, latencies_us_.size(),
        latencies_us_.size() / plan_.seconds);
    say("latence : p50 {:.2f} ms, p99 {:.2f} ms, p99,9 {:.2f} ms, max {:.2f} ms", percentile(0.5),
        percentile(0.99), percentile(0.999), percentile(1));
    say("perdus : {}, hors d'ordre : {}, connexions perdues : {}", missing(), out_of_order_, lost_);
    return missing() == 0 && out_of_order_ == 0 && lost_ == 0;
  }

  void opened(Peer& peer) override {
    const auto person = static_cast<std::size_t>(static_cast<Person*>(peer.user) - people_.data());
    const std::string room = room_name(people_[person].room);
    peer.send_text(
        fmt::format(R"({{"action":"login","user":"c{}","version":1,"room":"{}"}})", person, room));
    if (person == 0)
      for (std::size_t i = 1; i < plan_.rooms; ++i)
        peer.send_text(fmt::format(R"({{"action":"create_room","room":"{}"}})", room_name(i)));
  }

  void message(Peer& peer, const drivers::Message& message) override {
    auto& person = *static_cast<Person*>(peer.user);
    const std::string_view text = message.bytes;
    ++heard_;
    if (text.starts_with(R"({"action":"message")") && text.find("\"id\":") != text.npos)
      return hear(person, text);
    if (text.starts_with(R"({"action":"rooms")"))
      rooms_there_ = static_cast<std::size_t>(std::count(text.begin(), text.end(), ','));
    if (text.starts_with(R"({"action":"history")")) {
      ++present_;
      connect_next();
    }
  }

  void closed(Peer& peer, const drivers::Ending& ending) override {
    warn("Connexion perdue : {} {}", static_cast<int>(ending.code), ending.reason);
    static_cast<Person*>(peer.user)->peer = nullptr;
    ++lost_;
  }
  void not_opened(Peer&, const drivers::Ending& ending) override {
    warn("Pas de connexion : {}", ending.error.message());
    ++lost_;
  }

private:
  void connect_next() {
    if (connected_ == plan_.clients) return;
    Person& person = people_[connected_++];
    person.peer = &loop_.connect(url_, *this);
    person.peer->user = &person;
  }

  // False: it did not come in time, or someone was lost; either is said.
  template <class Condition, class Progress>
  bool turn_until(Condition met, Progress progress) {
    const auto deadline = Clock::now() + std::chrono::seconds(plan_.patience);
    while (!met() && lost_ == 0 && Clock::now() < deadline && loop_.turn(100ms)) {
    }
    if (met()) return true;
    if (lost_ == 0) warn("Toujours pas, après {} s : {}.", plan_.patience, progress());
    return false;
  }

  // Until all have heard of all who came.
  bool settle() {
    auto quiet_since = Clock::now();
    std::uint64_t before = heard_;
    const auto is_quiet = [&] {
      if (heard_ != before) quiet_since = Clock::now();
      before = heard_;
      return Clock::now() >= quiet_since + 1s;
    };
    return turn_until(is_quiet, [] { return std::string("le calme"); });
  }

  void say_something(std::size_t number) {
    const Person& person = people_[number * 7919 % people_.size()];
    if (person.peer == nullptr) return;
    ++said_[person.room];
    person.peer->send_text(fmt::format(
        R"({{"action":"send_message","message":"Un message comme un autre, à @{}"}})", now_us()));
  }

  void hear(Person& person, std::string_view text) {
    const std::int64_t id = number_after(text, "\"id\":");
    if (id != person.last_id + 1) ++out_of_order_;
    person.last_id = id;
    ++person.received;
    latencies_us_.push_back(static_cast<std::uint32_t>(now_us() - number_after(text, "@")));
  }

  std::uint64_t missing() const {
    std::uint64_t missing = 0;
    for (const Person& person : people_)
      missing += said_[person.room] - std::min(person.received, said_[person.room]);
    return missing;
  }

  const Plan plan_;
  drivers::EventLoop& loop_;
  const websocket::Url url_;
  std::vector<Person> people_;
  std::vector<std::uint64_t> said_;  // by room
  std::vector<std::uint32_t> latencies_us_;
  std::size_t connected_ = 0, present_ = 0, rooms_there_ = 0, lost_ = 0;
  std::uint64_t out_of_order_ = 0, heard_ = 0;
};

// Of another process, user and system: proc(5), stat, fields 14 and 15.
double cpu_seconds(std::size_t pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string word;
  double ticks = 0;
  for (int field = 1; field <= 15 && file >> word; ++field)
    if (field >= 14) ticks += std::stod(word);
  return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

std::string resident_memory(std::size_t pid) {
  std::ifstream file(fmt::format("/proc/{}/status", pid));
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("VmRSS:")) return line.substr(line.find_first_of("0123456789"));
  return "?";
}

}  // namespace

int main(int argc, char** argv) {
  Plan plan;
  const auto options = parse_options(
      argc, argv, {.port = 8001, .host = "127.0.0.2"},
      {{"--clients", &plan.clients, "Clients"},
       {"--rooms", &plan.rooms, "Salons"},
       {"--rate", &plan.per_second, "Messages par seconde, en tout"},
       {"--seconds", &plan.seconds, "Durée"},
       {"--patience", &plan.patience, "Secondes, au plus, pour chaque chose qui doit venir"},
       {"--pid", &plan.pid, "Processus du serveur, à mesurer"}});
  drivers::Settings settings;
  drivers::EventLoop loop(settings);
  websocket::Url url;
  url.host = options.host;
  url.port = options.port;
  Crowd crowd(plan, loop, url);
  if (!crowd.arrive()) return 1;
  say("Tout le monde est là ; mémoire du serveur : {}", resident_memory(plan.pid));
  const double cpu_before = cpu_seconds(plan.pid);
  crowd.talk();
  const bool good = crowd.report();
  if (plan.pid != 0)
    say("processeur du serveur : {:.0f} % d'un cœur ; mémoire : {}",
        100 * (cpu_seconds(plan.pid) - cpu_before) / static_cast<double>(plan.seconds),
        resident_memory(plan.pid));
  return good ? 0 : 1;
}
