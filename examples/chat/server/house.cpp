#include "house.hpp"

#include <algorithm>

#include "drivers/asio_websocket.hpp"

namespace prise::chat {

namespace {

using Clock = std::chrono::steady_clock;

// A slice costs about a millisecond, during which messages wait.
constexpr std::size_t slice_members = 100;
constexpr std::chrono::milliseconds between_slices{10};

}  // namespace

asio::awaitable<void> open_rooms(House& house) {
  const auto stored = co_await house.storage.rooms();
  const std::size_t before = house.rooms.names().size();
  for (const StoredRoom& room : stored)
    house.rooms.open(room);
  house.rooms.open({std::string(Rooms::first_room), 0});
  const std::vector<std::string> names = house.rooms.names();
  if (names.size() > before) house.rooms.tell_names();
  for (const std::string& name : names) {
    const auto is_it = [&](const StoredRoom& room) { return room.name == name; };
    if (std::none_of(stored.begin(), stored.end(), is_it)) co_await house.storage.add_room(name);
  }
}

asio::awaitable<void> keep(House& house, std::function<void()> each_second) {
  bool failed = house.storage.is_failing();
  for (;;) {
    const auto next_round = Clock::now() + limits::activity_every;
    house.rooms.begin_activity();
    while (house.rooms.tell_activity(slice_members))
      co_await drivers::coroutines::sleep_for(between_slices);
    co_await drivers::coroutines::sleep_until(next_round);
    house.rooms.send_away_nameless(Clock::now() - house.until_login);
    co_await house.storage.try_again();
    if (failed && !house.storage.is_failing()) co_await open_rooms(house);
    failed = house.storage.is_failing();
    each_second();
  }
}

}  // namespace prise::chat
