// What happens in the rooms, told to every server that has people there: one small interface. Here
// there is one server, which tells itself; SCALING.md says how several would do it.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <variant>

#include "message.hpp"

namespace prise::chat {

struct Spoken {
  std::string room;
  Message message;
};
struct RoomCreated {
  std::string room;
};
struct Joined {
  std::string room, user;
};
struct Left {
  std::string room, user;
};
using Happening = std::variant<Spoken, RoomCreated, Joined, Left>;

class FanOut {
public:
  using Receiver = std::function<void(const Happening&)>;

  virtual ~FanOut() = default;
  // Every receiver gets what is published, one's own too, all in the same order within a room.
  virtual void publish(const Happening& happening) = 0;
  virtual void receive_with(Receiver receiver) = 0;  // before anything is published; once
};

class LocalFanOut : public FanOut {
public:
  void publish(const Happening& happening) override { receiver_(happening); }
  void receive_with(Receiver receiver) override { receiver_ = std::move(receiver); }

private:
  Receiver receiver_;
};

}  // namespace prise::chat
