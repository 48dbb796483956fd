// Who is connected, under which name, in which room; and who is told what.
#pragma once

#include <functional>
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
  virtual void deliver(const Delivery& delivery) = 0;  // it may not leave meanwhile

  std::string user;  // empty: has no name yet, and is in no room
  Room* room = nullptr;
  int version = 0;
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

  void open(const StoredRoom& stored);  // one from before; does nothing if it is open

  void connect(Member& member);
  void disconnect(Member& member);

  bool rename(Member& member, const std::string& user);  // false: someone else has that name
  void enter(Member& member, const std::string& room);   // which exists; leaves the other

  [[nodiscard]] bool exists(const std::string& room) const { return rooms_.contains(room); }
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] std::size_t members() const { return all_.size(); }
  [[nodiscard]] std::map<std::string, Id> last_ids() const;

  // To those of version 1: the rooms in which something was said since the last call.
  void tell_activity();

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
  std::map<std::string, Id> active_;
};

}  // namespace prise::chat
