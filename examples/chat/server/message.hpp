// What is said, and how a part of it is asked for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace prise::chat {

using Id = std::int64_t;  // of a message in its room: 1, 2, 3 ..., without a gap

struct Message {
  std::optional<Id> id;  // nothing: it could not be saved
  std::string user;
  std::string text;
  std::string ref;           // the sender's own mark; empty: none
  std::int64_t time_ms = 0;  // since 1970, UTC. The clock may go back: never to sort by
};

// A page of a room's messages. Neither bound: the last ones. Never both.
struct Window {
  std::optional<Id> before{};
  std::optional<Id> after{};
  std::size_t limit = 0;  // in messages
};

struct Page {
  std::vector<Message> messages;  // the oldest first
  bool more = false;              // in the direction asked for
};

struct StoredRoom {
  std::string name;
  Id last_id = 0;
};

}  // namespace prise::chat
