// Who is told what, and when: with members that only note it down.
#include "rooms.hpp"

#include <nlohmann/json.hpp>

#include "house.hpp"
#include "support/catch.hpp"

using namespace prise::chat;
using nlohmann::json;
using Clock = std::chrono::steady_clock;

namespace {

class Witness : public Member {
public:
  Witness(Rooms& rooms, const std::string& name) : rooms_{rooms} {
    rooms_.connect(*this);
    if (name.empty()) return;
    version = 1;
    REQUIRE(rooms_.rename(*this, name));
    rooms_.enter(*this, "general");
  }
  ~Witness() override { rooms_.disconnect(*this); }
  Witness(const Witness&) = delete;
  Witness& operator=(const Witness&) = delete;

  void deliver(const Delivery& delivery) override {
    const json object = json::parse(delivery.version1->payload());
    if (object["action"] == "activity") activities.push_back(object["rooms"]);
  }
  void send_away_nameless() override { is_sent_away = true; }

  std::vector<json> activities;
  bool is_sent_away = false;

private:
  Rooms& rooms_;
};

struct Chat {
  Chat() { rooms.open({"general", 0}); }
  void say(Id id) { fan_out.publish(Spoken{"general", {id, "Zoé", "Salut", "", 0}}); }
  LocalFanOut fan_out;
  Rooms rooms{fan_out};
};

}  // namespace

TEST_CASE("activity is told to so many members at a time, to each of them once a round",
          "[chat][rooms]") {
  Chat chat;
  std::list<Witness> members;
  for (int i = 0; i < 5; ++i)
    members.emplace_back(chat.rooms, std::to_string(i));
  const auto told = [&] {
    std::vector<std::size_t> counts;
    for (const Witness& one : members)
      counts.push_back(one.activities.size());
    return counts;
  };
  using Counts = std::vector<std::size_t>;
  chat.rooms.begin_activity();
  CHECK_FALSE(chat.rooms.tell_activity(2));  // nothing was said
  chat.say(1);
  chat.rooms.begin_activity();
  CHECK(chat.rooms.tell_activity(2));
  CHECK(told() == Counts{1, 1, 0, 0, 0});
  chat.say(2);  // in the middle of the round: those who come are told of it, all in the next round
  SECTION("and all stay") {
    CHECK(chat.rooms.tell_activity(2));
    CHECK_FALSE(chat.rooms.tell_activity(2));
    CHECK_FALSE(chat.rooms.tell_activity(2));
    CHECK(told() == Counts{1, 1, 1, 1, 1});
    CHECK(members.front().activities[0] == json{{"general", 1}});
    CHECK(members.back().activities[0] == json{{"general", 2}});
    chat.rooms.begin_activity();
    CHECK_FALSE(chat.rooms.tell_activity(9));
    CHECK(told() == Counts{2, 2, 2, 2, 2});
    CHECK(members.front().activities[1] == json{{"general", 2}});
  }
  SECTION("and the next one leaves") {
    members.erase(std::next(members.begin(), 2));
    CHECK_FALSE(chat.rooms.tell_activity(2));
    CHECK(told() == Counts{1, 1, 1, 1});
  }
  SECTION("and all leave") {
    members.clear();
    CHECK_FALSE(chat.rooms.tell_activity(2));
  }
}

TEST_CASE("a room that storage has again gets its last id, and its members are told",
          "[chat][rooms]") {
  Chat chat;
  Witness zoe(chat.rooms, "Zoé");
  chat.rooms.open({"general", 7});
  chat.rooms.open({"general", 3});
  chat.rooms.begin_activity();
  chat.rooms.tell_activity(9);
  CHECK(zoe.activities == std::vector{json{{"general", 7}}});
  CHECK(chat.rooms.names() == std::vector<std::string>{"general"});
}

TEST_CASE("who never says a name is sent away, later than a person needs to type one",
          "[chat][rooms]") {
  Chat chat;
  const auto now = Clock::now();
  Witness nameless(chat.rooms, "");
  Witness newcomer(chat.rooms, "");
  Witness zoe(chat.rooms, "Zoé");
  nameless.came = zoe.came = now - limits::until_login;
  newcomer.came = now;
  chat.rooms.send_away_nameless(now - limits::until_login);
  CHECK_FALSE(nameless.is_sent_away);
  chat.rooms.send_away_nameless(now - limits::until_login + std::chrono::seconds(1));
  CHECK(nameless.is_sent_away);
  CHECK_FALSE(newcomer.is_sent_away);
  CHECK_FALSE(zoe.is_sent_away);
}
