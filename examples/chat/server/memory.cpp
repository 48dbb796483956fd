#include "memory.hpp"

#include <algorithm>

#include "limits.hpp"

namespace prise::chat {

// None from before.
asio::awaitable<std::vector<StoredRoom>> MemoryStorage::rooms() {
  co_return std::vector<StoredRoom>{};
}

asio::awaitable<bool> MemoryStorage::add_room(std::string name) {
  rooms_.try_emplace(name);
  co_return true;
}

asio::awaitable<std::optional<Id>> MemoryStorage::append(std::string name, Message message) {
  Room& room = rooms_[name];
  message.id = ++room.last_id;
  room.messages.push_back(std::move(message));
  if (room.messages.size() > messages_kept) room.messages.pop_front();
  co_return room.last_id;
}

asio::awaitable<std::optional<Page>> MemoryStorage::page(std::string name, Window window) {
  const std::deque<Message>& all = rooms_[name].messages;
  const auto is_before = [](const Message& message, Id id) { return *message.id < id; };
  const bool forward = window.after.has_value();
  const Id bound = forward ? *window.after : window.before.value_or(INT64_MAX);
  // The first with an id of `bound` or more; forward, `bound` itself is not wanted.
  const auto here = std::lower_bound(all.begin(), all.end(), bound, is_before);
  Page page;
  std::size_t bytes = 0;
  const auto take = [&](const Message& message) {
    bytes += message.text.size();
    const bool full = page.messages.size() == window.limit || bytes > limits::history_text_bytes;
    page.more = full && !page.messages.empty();
    if (!page.more) page.messages.push_back(message);
    return !page.more;
  };
  if (forward) {
    const auto first = here != all.end() && *here->id == bound ? here + 1 : here;
    static_cast<void>(std::all_of(first, all.end(), take));
  } else {
    static_cast<void>(std::all_of(std::make_reverse_iterator(here), all.rend(), take));
    std::reverse(page.messages.begin(), page.messages.end());
  }
  co_return page;
}

}  // namespace prise::chat
