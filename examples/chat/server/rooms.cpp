#include "rooms.hpp"

#include <utility>

#include "protocol.hpp"

namespace prise::chat {
namespace {

SharedFrame frame_of(const std::string& text) {
  return websocket::PreparedFrame::text(text);
}

void tell(const std::list<Member*>& members, const Delivery& delivery) {
  for (Member* const member : members)
    member->deliver(delivery);
}

// Of the room, but for the one it is about.
void tell_others(const Room& room, std::string_view user, const Delivery& delivery) {
  for (Member* const member : room.members)
    if (member->user != user) member->deliver(delivery);
}

}  // namespace

Rooms::Rooms(FanOut& fan_out) : fan_out_{fan_out} {
  fan_out.receive_with([this](const Happening& happening) {
    std::visit([this](const auto& what) { receive(what); }, happening);
  });
}

void Rooms::open(const StoredRoom& stored) {
  const auto [place, is_new] = rooms_.try_emplace(stored.name);
  Room& room = place->second;
  if (is_new) {
    room.name = stored.name;
    names_.push_back(stored.name);
  }
  if (room.last_id >= stored.last_id) return;
  room.last_id = stored.last_id;
  active_.insert(room.name);
}

void Rooms::connect(Member& member) {
  member.place_in_all = all_.insert(all_.end(), &member);
}

void Rooms::disconnect(Member& member) {
  leave_room(member);
  if (!member.user.empty()) users_.erase(member.user);
  if (next_told_ == member.place_in_all) ++next_told_;
  all_.erase(member.place_in_all);
}

bool Rooms::rename(Member& member, const std::string& user) {
  if (!users_.insert(user).second) return false;
  const bool is_here = member.room != nullptr;
  if (is_here) fan_out_.publish(Left{member.room->name, member.user});
  if (!member.user.empty()) users_.erase(member.user);
  member.user = user;
  if (is_here) fan_out_.publish(Joined{member.room->name, user});
  return true;
}

void Rooms::enter(Member& member, const std::string& name) {
  Room& room = rooms_.find(name)->second;
  if (member.room == &room) return;
  leave_room(member);
  member.room = &room;
  member.place_in_room = room.members.insert(room.members.end(), &member);
  fan_out_.publish(Joined{name, member.user});
}

void Rooms::leave_room(Member& member) {
  if (member.room == nullptr) return;
  Room& room = *std::exchange(member.room, nullptr);
  room.members.erase(member.place_in_room);
  fan_out_.publish(Left{room.name, member.user});
}

void Rooms::receive(const Spoken& spoken) {
  const auto found = rooms_.find(spoken.room);
  if (found == rooms_.end()) return;
  const Message& message = spoken.message;
  if (message.id) {
    found->second.last_id = *message.id;
    active_.insert(spoken.room);
  }
  tell(found->second.members, {frame_of(message_text(message.user + ": " + message.text)),
                               frame_of(spoken_text(spoken.room, message)), message.id});
}

void Rooms::receive(const RoomCreated& created) {
  open({created.room, 0});
  const SharedFrame frame = frame_of(rooms_text(names_));
  tell(all_, {frame, frame, std::nullopt});
}

void Rooms::tell_names() {
  tell(all_, {nullptr, frame_of(rooms_text(names_)), std::nullopt});
}

void Rooms::receive(const Joined& joined) {
  const auto found = rooms_.find(joined.room);
  if (found == rooms_.end()) return;
  tell_others(found->second, joined.user,
              {nullptr, frame_of(joined_text(joined.room, joined.user)), std::nullopt});
}

void Rooms::receive(const Left& left) {
  const auto found = rooms_.find(left.room);
  if (found == rooms_.end()) return;
  tell_others(found->second, left.user,
              {nullptr, frame_of(left_text(left.room, left.user)), std::nullopt});
}

std::map<std::string, Id> Rooms::last_ids() const {
  std::map<std::string, Id> ids;
  for (const auto& [name, room] : rooms_)
    ids[name] = room.last_id;
  return ids;
}

void Rooms::begin_activity() {
  telling_ = std::exchange(active_, {});
  next_told_ = telling_.empty() ? all_.end() : all_.begin();
}

// The ids are those of now: nobody is told of an earlier one than he knows.
bool Rooms::tell_activity(std::size_t members) {
  if (next_told_ == all_.end()) return false;
  std::map<std::string, Id> ids;
  for (const std::string& name : telling_)
    ids[name] = rooms_.find(name)->second.last_id;
  const SharedFrame frame = frame_of(activity_text(ids));
  for (; members > 0 && next_told_ != all_.end(); --members) {
    Member& member = **next_told_++;
    if (!member.user.empty()) member.deliver({nullptr, frame, std::nullopt});
  }
  return next_told_ != all_.end();
}

void Rooms::send_away_nameless(std::chrono::steady_clock::time_point before) {
  for (Member* const member : all_)
    if (member->user.empty() && member->came < before) member->send_away_nameless();
}

}  // namespace prise::chat
