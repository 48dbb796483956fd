// A room for as long as one likes, whose clients come, talk, leave, are killed, send what is no
// WebSocket, and stop in the middle (manners.hpp); some stay, and must miss nothing of each other.
#pragma once

#include <functional>
#include <optional>
#include <random>
#include <vector>

#include "scale/crowd.hpp"
#include "scale/ledger.hpp"
#include "scale/manners.hpp"
#include "scale/server.hpp"

namespace prise::scale {

struct SoakWishes {
  std::string room;  // the program
  double seconds = 600;
  std::size_t clients = 200;
  std::size_t speakers = 10;  // they stay; the others are visitors
  double patience = 5;        // seconds that the room has, for each thing
  double growth_kib_max = 1024;
  std::size_t seed = 1;
};

// Throws Violation when the room does otherwise than it should.
class Soak : public Audience {
public:
  explicit Soak(const SoakWishes& wishes);

  void begin();
  void go_on();
  void end();
  void say_visits() const;
  // Of the server, once a second, in KiB.
  [[nodiscard]] const std::vector<double>& memory_kib() const { return memory_kib_; }

private:
  enum class Doing : std::uint8_t { away, coming, here, leaving };

  struct Guest {
    Client* client = nullptr;
    Doing doing = Doing::away;
    std::size_t manner = 0;
    testing::Clock::time_point since;
    std::optional<Ledger> ledger;
    std::size_t will_hear = 0;  // before it goes
    std::size_t bytes_due = 0;
  };

  void opened(Client& client) override;
  void heard(Client& client, Opcode kind, std::string_view payload) override;
  void ended(Client& client, End how) override;

  [[nodiscard]] bool ended_well(const Guest& guest, const Client& client, End how) const;
  void come(std::size_t seat);
  void go(Guest& guest);
  void leave(Guest& guest);
  void cut(Guest& guest, Cut how);
  void speak();
  void visit();
  void look_after();
  void finish_visits();
  void wait_for_descriptors(std::size_t count);
  void turn_until(const std::function<bool()>& condition, const char* what);

  [[nodiscard]] bool stays(std::size_t seat) const { return seat < wishes_.speakers; }
  [[nodiscard]] const Manner& manner_of(const Guest& guest) const {
    return all_manners()[guest.manner];
  }
  [[nodiscard]] testing::Seconds patience(double times) const {
    return testing::Seconds(times * wishes_.patience);
  }
  std::size_t random(std::size_t least, std::size_t most) {
    return std::uniform_int_distribution<std::size_t>(least, most)(random_);
  }

  const SoakWishes& wishes_;
  Server server_;
  Crowd crowd_;
  Floor floor_;
  std::vector<Guest> guests_;
  std::mt19937_64 random_;
  std::vector<std::size_t> visits_;  // that are over, of each manner
  std::vector<double> memory_kib_;   // of the server, once a second
  std::size_t descriptors_before_ = server_.descriptors();
  std::size_t said_ = 0, arrivals_ = 0;  // of those who stay, at those who stay
  std::size_t next_seat_ = 0;
};

}  // namespace prise::scale
