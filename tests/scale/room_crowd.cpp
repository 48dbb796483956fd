// Thousands of clients in one room: some speak, most listen and stay, others come and go all the
// while. What each must have heard is counted message by message (ledger.hpp).
#include <fmt/core.h>

#include <optional>
#include <random>

#include "console.hpp"
#include "options.hpp"
#include "scale/crowd.hpp"
#include "scale/ledger.hpp"
#include "scale/server.hpp"

using namespace prise;
using namespace prise::scale;

namespace {

struct Wishes {
  std::string room;
  std::vector<std::string> room_arguments;
  std::size_t clients = 10'000;
  std::size_t visitors = 1000;  // of the clients, those who do not stay
  std::size_t speakers = 50;    // of those who stay
  std::size_t messages = 20;    // of each speaker
  std::size_t payload_bytes = 64;
  std::size_t seed = 1;
  double patience = 60;  // seconds without any event
};

constexpr std::size_t other_descriptors = 64;  // than the clients' sockets, here and there
constexpr std::size_t calling_at_once_max = 500;
constexpr std::size_t messages_on_their_way_max = 32;  // on average, to each who stays

// Nobody is slow here, but the machine may be.
std::vector<std::string> room_arguments(const Wishes& wishes) {
  std::vector<std::string> arguments{"--patience", fmt::format("{}", wishes.patience)};
  arguments.insert(arguments.end(), wishes.room_arguments.begin(), wishes.room_arguments.end());
  return arguments;
}

double since(testing::Clock::time_point start) {
  return testing::Seconds(testing::Clock::now() - start).count();
}

class Evening : public Audience {
public:
  explicit Evening(const Wishes& wishes)
      : wishes_(wishes),
        server_(wishes.room, room_arguments(wishes)),
        crowd_(server_.address(), *this),
        floor_(wishes.speakers),
        guests_(wishes.clients),
        random_(wishes.seed) {}

  void all_come();
  void all_talk();
  void visitors_leave();
  void room_closes();

private:
  enum class Doing : std::uint8_t { away, coming, listening, leaving };

  struct Guest {
    Client* client = nullptr;
    Doing doing = Doing::away;
    std::optional<Ledger> ledger;
    std::size_t will_hear = 0;  // visitor: before it goes
  };

  void opened(Client& client) override;
  void heard(Client& client, Opcode kind, std::string_view payload) override;
  void ended(Client& client, End how) override;

  void turn();
  void come(std::size_t seat);
  void visitor_goes(Guest& guest);
  void leave(Guest& guest);
  void speak();
  void say_memory(std::string_view when) const;

  [[nodiscard]] std::size_t staying() const { return wishes_.clients - wishes_.visitors; }
  [[nodiscard]] bool stays(std::size_t seat) const { return seat < staying(); }
  [[nodiscard]] std::size_t said_max() const { return wishes_.speakers * wishes_.messages; }
  std::size_t random(std::size_t least, std::size_t most) {
    return std::uniform_int_distribution<std::size_t>(least, most)(random_);
  }

  const Wishes& wishes_;
  Server server_;
  Crowd crowd_;
  Floor floor_;
  std::vector<Guest> guests_;
  std::mt19937_64 random_;
  std::size_t open_ = 0;      // clients
  std::size_t said_ = 0;      // messages
  std::size_t arrivals_ = 0;  // messages, at those who stay
  std::size_t visitors_arrivals_ = 0, visits_ = 0, closed_ = 0, cut_ = 0, told_ = 0;
  std::uint64_t empty_room_bytes_ = server_.resident_bytes();
  bool closing_ = false;
};

void Evening::turn() {
  const auto patience = std::chrono::duration<double, std::milli>(wishes_.patience * 1000);
  if (!crowd_.turn(std::chrono::ceil<std::chrono::milliseconds>(patience)))
    throw Violation(fmt::format("rien ne vient plus : {} messages dits, {} arrivées sur {}", said_,
                                arrivals_, said_ * staying()));
}

void Evening::come(std::size_t seat) {
  guests_[seat].client = &crowd_.come(seat);
  guests_[seat].doing = Doing::coming;
}

void Evening::opened(Client& client) {
  Guest& guest = guests_[client.seat];
  guest.doing = Doing::listening;
  guest.ledger.emplace(floor_);
  guest.will_hear = random(1, 200);
  ++open_;
}

void Evening::heard(Client& client, Opcode kind, std::string_view payload) {
  if (kind != text || payload.size() != wishes_.payload_bytes)
    throw Violation("un message que personne n'a dit");
  Guest& guest = guests_[client.seat];
  const Words words = understood(payload);
  floor_.was_heard(words);
  guest.ledger->hear(words);
  ++(stays(client.seat) ? arrivals_ : visitors_arrivals_);
  if (stays(client.seat) || guest.doing != Doing::listening || --guest.will_hear > 0) return;
  visitor_goes(guest);
}

// As visitors do: most say so, some hang up, some are killed.
void Evening::visitor_goes(Guest& guest) {
  const std::size_t manner = random(0, 9);
  if (manner < 7) return leave(guest);
  crowd_.cut(*guest.client, manner == 7 ? Cut::end_of_stream : Cut::reset);
  guest.doing = Doing::away;
  ++visits_;
  ++cut_;
  --open_;
}

void Evening::leave(Guest& guest) {
  guest.doing = Doing::leaving;
  guest.ledger->leave(floor_);
  crowd_.leave(*guest.client);
}

void Evening::ended(Client& client, End how) {
  Guest& guest = guests_[client.seat];
  const bool asked = guest.doing == Doing::leaving;
  const int expected = asked ? 1000 : 1001;
  if ((!asked && !closing_) || client.close_code != expected || how != End::end_of_stream)
    throw Violation(fmt::format("le client {} a été fermé ({}, code {}, réponse {})", client.seat,
                                how == End::cut ? "coupé" : "fin du flux", client.close_code,
                                client.status));
  guest.ledger->close();
  guest.doing = Doing::away;
  --open_;
  if (!asked) {
    ++told_;
  } else {
    ++visits_;
    ++closed_;
  }
}

void Evening::say_memory(std::string_view when) const {
  const auto bytes =
      static_cast<double>(server_.resident_bytes()) - static_cast<double>(empty_room_bytes_);
  say("  mémoire du serveur {} : {:.0f} octets par client", when,
      bytes / static_cast<double>(wishes_.clients));
}

void Evening::all_come() {
  const auto start = testing::Clock::now();
  std::size_t called = 0;
  while (open_ < wishes_.clients) {
    while (called < wishes_.clients && crowd_.in_handshake() < calling_at_once_max)
      come(called++);
    turn();
  }
  say("{} clients sont dans la salle, en {:.1f} s", open_, since(start));
  say_memory("quand tous se taisent");
}

void Evening::speak() {
  const std::size_t speaker = said_ % wishes_.speakers;
  crowd_.send(*guests_[speaker].client,
              message(text, spoken(floor_.next_words_of(speaker), wishes_.payload_bytes)));
  ++said_;
}

void Evening::all_talk() {
  const auto start = testing::Clock::now();
  const double cpu_before = server_.cpu_seconds();
  while (arrivals_ < said_max() * staying()) {
    while (said_ < said_max() &&
           said_ * staying() - arrivals_ <= messages_on_their_way_max * staying())
      speak();
    for (std::size_t seat = staying(); seat < wishes_.clients && said_ < said_max(); ++seat)
      if (guests_[seat].doing == Doing::away) come(seat);
    turn();
  }
  const double seconds = since(start), cpu = server_.cpu_seconds() - cpu_before;
  say("{} messages de {} clients à {} qui restent : {} arrivées, chacune une fois et à sa place,"
      " en {:.1f} s",
      said_, wishes_.speakers, staying(), arrivals_, seconds);
  say("  pendant ce temps, {} visites finies, dont {} par une trame de fermeture et {} par une"
      " coupure ; {} arrivées chez les visiteurs",
      visits_, closed_, cut_, visitors_arrivals_);
  say("  {:.0f} arrivées par seconde ; processeur du serveur par arrivée : {:.2f} µs",
      static_cast<double>(arrivals_ + visitors_arrivals_) / seconds,
      cpu * 1e6 / static_cast<double>(arrivals_ + visitors_arrivals_));
  say_memory("ensuite");
}

// Those who are still on their way come first.
void Evening::visitors_leave() {
  while (open_ > staying() || crowd_.here() > staying()) {
    for (std::size_t seat = staying(); seat < wishes_.clients; ++seat)
      if (guests_[seat].doing == Doing::listening) leave(guests_[seat]);
    if (open_ > staying() || crowd_.here() > staying()) turn();
  }
}

void Evening::room_closes() {
  const auto start = testing::Clock::now();
  closing_ = true;
  server_.interrupt();
  while (crowd_.here() > 0)
    turn();
  server_.must_have_ended(testing::Seconds(wishes_.patience));
  say("Ctrl-C : {} clients ont reçu 1001, en {:.1f} s", told_, since(start));
}

}  // namespace

int main(int argc, char** argv) {
  Wishes wishes;
  parse_arguments(argc, argv,
                  {{"room", &wishes.room, "Le programme de la salle"},
                   {"room-arguments", &wishes.room_arguments, "Ses options, après « -- »"},
                   {"--clients", &wishes.clients, "Clients en tout"},
                   {"--visitors", &wishes.visitors, "Parmi eux, ceux qui vont et viennent"},
                   {"--speakers", &wishes.speakers, "Parmi ceux qui restent, ceux qui parlent"},
                   {"--messages", &wishes.messages, "Messages de chacun d'eux"},
                   {"--bytes", &wishes.payload_bytes, "Octets d'un message"},
                   {"--seed", &wishes.seed, "Autres visites"},
                   {"--patience", &wishes.patience, "Secondes sans rien qui vienne, au plus"}});
  try {
    allow_descriptors(wishes.clients + other_descriptors);
    Evening evening(wishes);
    evening.all_come();
    evening.all_talk();
    evening.visitors_leave();
    evening.room_closes();
  } catch (const Violation& violation) {
    warn("Échec : {}", violation.what());
    return 1;
  }
}
