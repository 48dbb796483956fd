// Who is connected, under which name, in which room; and who is told what.
#pragma once

#include <chrono>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "fan_out.hpp"
#include "protocol/websocket/prepared_frame.hpp"

namespace prise::chat {

using SharedFrame = std::shared_ptr<const websocket::PreparedFrame>;

// One thing to tell many: built once.
struct Delivery {
  SharedFrame notes;     // to a client of the notes; null: nothing
  SharedFrame version1;  // to one that speaks version 1
  std::optional<Id> id;  // of the message, if it is one
};

struct Room;

// Someone who is connected. The fields are for Rooms to change.
class Member {
public:
  virtual ~Member() = default;
  // It may not leave during these.
  virtual void deliver(const Delivery& delivery) = 0;
  virtual void send_away_nameless() = 0;

  std::string user;  // empty: has no name yet, and is in no room
  Room* room = nullptr;
  int version = 0;
  std::chrono::steady_clock::time_point came{};
  std::list<Member*>::iterator place_in_room, place_in_all;
};

struct Room {
  std::string name;
  Id last_id = 0;
  std::list<Member*> members;  // in the order of their coming
};

class Rooms {
public:
  static constexpr std::string_view first_room = "general";

  // Hears from `fan_out` what happens.
  explicit Rooms(FanOut& fan_out);
  Rooms(const Rooms&) = delete;
  Rooms& operator=(const Rooms&) = delete;

  void open(const StoredRoom& stored);  // one from before; if it is open, its last id may grow

  void connect(Member& member);
  void disconnect(Member& member);

  bool rename(Member& member, const std::string& user);  // false: someone else has that name
  void enter(Member& member, const std::string& room);   // which exists; leaves the other

  [[nodiscard]] bool exists(const std::string& room) const { return rooms_.contains(room); }
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] std::size_t members() const { return all_.size(); }
  [[nodiscard]] std::map<std::string, Id> last_ids() const;

  // To those of version 1, when rooms were found again: the notes know of none but new ones.
  void tell_names();

  // To those of version 1, in which rooms something was said since the last round. All at once they
  // would hold up the messages: a round is begun, then told to so many members at a time, until it
  // is over (false).
  void begin_activity();
  bool tell_activity(std::size_t members);

  // Those who came before, and still have no name.
  void send_away_nameless(std::chrono::steady_clock::time_point before);

private:
  void receive(const Spoken& spoken);
  void receive(const RoomCreated& created);
  void receive(const Joined& joined);
  void receive(const Left& left);
  void leave_room(Member& member);

  FanOut& fan_out_;
  std::map<std::string, Room, std::less<>> rooms_;
  std::vector<std::string> names_;  // in the order of their creation
  std::set<std::string, std::less<>> users_;
  std::list<Member*> all_;
  std::set<std::string> active_;   // since the round began
  std::set<std::string> telling_;  // of this round
  std::list<Member*>::iterator next_told_ = all_.end();
};

}  // namespace prise::chat
