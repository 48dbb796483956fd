#include "scale/soak.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "console.hpp"

namespace prise::scale {

using testing::Clock;
using testing::Seconds;

namespace {

constexpr std::chrono::milliseconds tick(10);  // a word each, and a few visitors
constexpr std::size_t visitors_a_tick_max = 2;
constexpr std::size_t words_bytes = 100, long_words_bytes = 32 * 1024, long_words_every = 25;
constexpr std::size_t words_on_their_way_max = 64;
constexpr std::size_t queue_bytes_max = 64 * 1024;

std::vector<std::string> room_arguments(const SoakWishes& wishes) {
  return {"--queue", std::to_string(queue_bytes_max), "--patience",
          fmt::format("{}", wishes.patience)};
}

std::string seconds_text(double seconds) {
  return fmt::format("{:.0f} s", seconds);
}

}  // namespace

Soak::Soak(const SoakWishes& wishes)
    : wishes_(wishes),
      server_(wishes.room, room_arguments(wishes)),
      crowd_(server_.address(), *this),
      floor_(wishes.speakers),
      guests_(wishes.clients),
      random_(wishes.seed),
      visits_(all_manners().size()) {}

void Soak::turn_until(const std::function<bool()>& condition, const char* what) {
  const auto deadline = testing::within(Seconds(60));
  while (!condition()) {
    if (Clock::now() > deadline) throw Violation(fmt::format("en vain : {}", what));
    crowd_.turn(tick);
  }
}

void Soak::begin() {
  for (std::size_t seat = 0; seat < wishes_.speakers; ++seat)
    come(seat);
  const auto is_here = [](const Guest& guest) { return guest.doing == Doing::here; };
  const auto speakers_end = guests_.begin() + static_cast<std::ptrdiff_t>(wishes_.speakers);
  turn_until([&] { return std::all_of(guests_.begin(), speakers_end, is_here); },
             "que viennent ceux qui restent");
}

void Soak::go_on() {
  const auto start = Clock::now();
  const auto end = start + std::chrono::duration_cast<Clock::duration>(Seconds(wishes_.seconds));
  auto next_look = start;
  for (auto next_tick = start; Clock::now() < end; next_tick += tick) {
    while (Clock::now() < next_tick)
      crowd_.turn(std::chrono::ceil<std::chrono::milliseconds>(next_tick - Clock::now()));
    crowd_.turn(std::chrono::milliseconds(0));
    speak();
    visit();
    if (Clock::now() < next_look) continue;
    next_look += std::chrono::seconds(1);
    look_after();
  }
}

void Soak::speak() {
  if (said_ * wishes_.speakers > arrivals_ + words_on_their_way_max * wishes_.speakers) return;
  const std::size_t speaker = said_ % wishes_.speakers;
  const bool long_one = ++said_ % long_words_every == 0;
  crowd_.send(*guests_[speaker].client,
              message(text, spoken(floor_.next_words_of(speaker),
                                   long_one ? long_words_bytes : words_bytes)));
}

void Soak::visit() {
  std::size_t came = 0;
  for (std::size_t tried = 0; tried < guests_.size() && came < visitors_a_tick_max; ++tried) {
    next_seat_ = (next_seat_ + 1) % guests_.size();
    if (stays(next_seat_) || guests_[next_seat_].doing != Doing::away) continue;
    come(next_seat_);
    ++came;
  }
}

void Soak::come(std::size_t seat) {
  Guest& guest = guests_[seat];
  guest = {};
  guest.manner = stays(seat) ? 0 : random(0, all_manners().size() - 1);
  guest.since = Clock::now();
  guest.doing = Doing::coming;
  const Manner& manner = manner_of(guest);
  guest.client = &crowd_.come(seat, manner.first, manner.sleeps ? Buffers::small : Buffers::usual);
  guest.client->answers_pings = manner.answers_pings;
}

void Soak::opened(Client& client) {
  Guest& guest = guests_[client.seat];
  const Manner& manner = manner_of(guest);
  guest.doing = Doing::here;
  guest.ledger.emplace(floor_);
  guest.will_hear = random(1, 40);
  guest.bytes_due = manner.bytes_come_back;
  crowd_.send(client, manner.then);
  if (manner.sleeps) crowd_.stall(client);
  if (manner.departure == Departure::at_once) go(guest);
}

void Soak::heard(Client& client, Opcode kind, std::string_view payload) {
  Guest& guest = guests_[client.seat];
  if (kind == binary) {
    if (payload.size() != guest.bytes_due) throw Violation("des octets qui sont à un autre");
    guest.bytes_due = 0;
    return;
  }
  if (payload.starts_with('~')) return;  // a visitor's
  const Words words = understood(payload);
  floor_.was_heard(words);
  guest.ledger->hear(words);
  if (stays(client.seat))
    ++arrivals_;
  else if (guest.doing == Doing::here && guest.will_hear > 0 && --guest.will_hear == 0)
    go(guest);
}

void Soak::go(Guest& guest) {
  switch (manner_of(guest).departure) {
    case Departure::says_so:
      return leave(guest);
    case Departure::at_once:
    case Departure::hangs_up:
      return cut(guest, Cut::end_of_stream);
    case Departure::is_killed:
      return cut(guest, Cut::reset);
    case Departure::shown_out:
      return;  // it waits for that
  }
}

void Soak::leave(Guest& guest) {
  guest.doing = Doing::leaving;
  guest.ledger->leave(floor_);
  crowd_.leave(*guest.client);
}

void Soak::cut(Guest& guest, Cut how) {
  crowd_.cut(*guest.client, how);
  guest.doing = Doing::away;
  ++visits_[guest.manner];
}

// Those who leave in peace have had all; who is shown out gets what it deserves.
bool Soak::ended_well(const Guest& guest, const Client& client, End how) const {
  const Manner& manner = manner_of(guest);
  switch (manner.departure) {
    case Departure::says_so:
      return guest.doing == Doing::leaving && how == End::end_of_stream &&
             client.close_code == 1000 && guest.bytes_due == 0;
    case Departure::shown_out:
      return (manner.status == any || manner.status == client.status) &&
             (manner.close_code == any || manner.close_code == client.close_code);
    case Departure::at_once:
    case Departure::hangs_up:
    case Departure::is_killed:
      return false;  // it was they who were to end it
  }
  return false;
}

void Soak::ended(Client& client, End how) {
  Guest& guest = guests_[client.seat];
  if (!ended_well(guest, client, how))
    throw Violation(fmt::format("un visiteur de ceux qui {} : {}, code {}, réponse {}",
                                manner_of(guest).who, how == End::cut ? "coupé" : "fin du flux",
                                client.close_code, client.status));
  if (guest.ledger) guest.ledger->close();
  guest.doing = Doing::away;
  ++visits_[guest.manner];
}

// Who sleeps wakes up in the end, and finds that it was shown out.
void Soak::look_after() {
  memory_kib_.push_back(static_cast<double>(server_.resident_bytes()) / 1024);
  for (std::size_t seat = wishes_.speakers; seat < guests_.size(); ++seat) {
    const Guest& guest = guests_[seat];
    if (guest.doing == Doing::away) continue;
    const auto stayed = Clock::now() - guest.since;
    if (guest.client->stalled && stayed > patience(4)) crowd_.wake(*guest.client);
    if (stayed > patience(20) + Seconds(20))
      throw Violation(fmt::format("la salle garde ceux qui {}", manner_of(guest).who));
  }
}

// Those who are here now go; who would be shown out is not waited for.
void Soak::finish_visits() {
  const auto go_all = [this] {
    for (std::size_t seat = wishes_.speakers; seat < guests_.size(); ++seat) {
      Guest& guest = guests_[seat];
      const bool in_peace = manner_of(guest).departure == Departure::says_so;
      if (guest.doing == Doing::here && in_peace) leave(guest);
      if (guest.doing != Doing::away && !in_peace) crowd_.cut(*guest.client, Cut::end_of_stream);
      if (!in_peace) guest.doing = Doing::away;
    }
    return crowd_.here() == wishes_.speakers;
  };
  turn_until(go_all, "que partent les visiteurs");
}

void Soak::wait_for_descriptors(std::size_t count) {
  turn_until([&] { return server_.descriptors() == count; },
             "que le serveur rende les descripteurs de ceux qui sont partis");
}

void Soak::end() {
  finish_visits();
  turn_until([&] { return arrivals_ == said_ * wishes_.speakers; },
             "que ceux qui restent aient tout reçu");
  wait_for_descriptors(descriptors_before_ + wishes_.speakers);
  for (std::size_t seat = 0; seat < wishes_.speakers; ++seat)
    leave(guests_[seat]);
  turn_until([&] { return crowd_.here() == 0; }, "que partent ceux qui restaient");
  wait_for_descriptors(descriptors_before_);
  server_.interrupt();
  server_.must_have_ended(Seconds(60));
  say("{} : {} messages à chacun des {} qui restaient, sans rien de perdu ; {} descripteurs à la"
      " fin, comme au début",
      seconds_text(wishes_.seconds), said_, wishes_.speakers, descriptors_before_);
}

void Soak::say_visits() const {
  for (std::size_t i = 0; i < visits_.size(); ++i)
    say("  {:6} visiteurs qui {}", visits_[i], all_manners()[i].who);
}

}  // namespace prise::scale
