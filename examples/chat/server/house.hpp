// What all sessions share, and what keeps it in order.
#pragma once

#include <asio/awaitable.hpp>
#include <functional>

#include "limits.hpp"
#include "rooms.hpp"
#include "storage.hpp"

namespace prise::chat {

struct House {
  Rooms& rooms;
  FanOut& fan_out;
  Storage& storage;
  std::size_t clients_max = limits::clients;
  std::size_t rooms_max = limits::rooms;
  std::size_t actions_per_second = limits::actions_per_second;  // 0: no limit
  std::chrono::milliseconds until_login = limits::until_login;
  std::size_t guests = 0;  // those who were let in: not who is told that the place is full
};

// The rooms that are stored, and the first one: when the server starts, and when storing works
// again.
asio::awaitable<void> open_rooms(House& house);

// Until it is cancelled: the rooms' activity, those who came and never said a name, a storage that
// fails.
asio::awaitable<void> keep(House& house, std::function<void()> each_second);

}  // namespace prise::chat
