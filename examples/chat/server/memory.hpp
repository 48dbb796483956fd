// Storage for --memory: the last messages of each room, as long as the server runs.
#pragma once

#include <deque>
#include <map>

#include "history_id.hpp"
#include "storage.hpp"

namespace prise::chat {

class MemoryStorage : public Storage {
public:
  static constexpr std::size_t messages_kept = 1000;  // of a room

  std::string history_id() const override { return history_id_; }
  asio::awaitable<std::vector<StoredRoom>> rooms() override;
  asio::awaitable<bool> add_room(std::string name) override;
  asio::awaitable<std::optional<Id>> append(std::string room, Message message) override;
  asio::awaitable<std::optional<Page>> page(std::string room, Window window) override;
  bool is_failing() const override { return false; }
  asio::awaitable<void> try_again() override { co_return; }

private:
  struct Room {
    std::deque<Message> messages;
    Id last_id = 0;
  };
  std::map<std::string, Room, std::less<>> rooms_;
  std::string history_id_ = new_history_id();
};

}  // namespace prise::chat
