#include "sqlite.hpp"

#include <algorithm>

#include "drivers/asio_websocket.hpp"
#include "history_id.hpp"
#include "limits.hpp"
#include "log.hpp"
#include "sqlite_file.hpp"

namespace prise::chat {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds between_tries{10};

Message message_of(Statement& row) {
  Message message;
  message.id = row.number(0);
  message.user = row.text(1);
  message.text = row.text(2);
  message.ref = row.text(3);
  message.time_ms = row.number(4);
  return message;
}

}  // namespace

SqliteStorage::SqliteStorage(const std::filesystem::path& file)
    : file_{file}, history_id_{new_history_id()} {
  open();
}

// To write, or else to read; what is open already is given up only for what is better.
void SqliteStorage::open() {
  try {
    database_ = open_to_write(file_, history_id_);
    writable_ = true;
    load();
    went(true, "");
    return;
  } catch (const SqliteError& error) {
    went(false, error.what());
  }
  if (writable_) return;
  try {
    database_ = open_to_read(file_);
    load();
  } catch (const SqliteError&) {
    database_.reset();
  }
}

asio::awaitable<void> SqliteStorage::try_again() {
  if (failing_) open();
  co_return;
}

void SqliteStorage::load() {
  Statement history{database_, "SELECT id FROM history"};
  if (history.next()) history_id_ = history.text(0);
  Statement rooms{database_,
                  "SELECT number, name, (SELECT max(id) FROM messages WHERE room = number)"
                  " FROM rooms"};
  while (rooms.next())
    rooms_.insert_or_assign(rooms.text(1), Room{rooms.number(0), rooms.number(2)});
}

asio::awaitable<std::vector<StoredRoom>> SqliteStorage::rooms() {
  std::vector<std::pair<std::int64_t, StoredRoom>> numbered;
  for (const auto& [name, room] : rooms_)
    numbered.push_back({room.number, {name, room.last_id}});
  std::sort(numbered.begin(), numbered.end(),
            [](const auto& one, const auto& other) { return one.first < other.first; });
  std::vector<StoredRoom> found;
  for (auto& [number, room] : numbered)
    found.push_back(std::move(room));
  co_return found;
}

const Database& SqliteStorage::database() const {
  if (!database_) throw SqliteError("no database");
  return database_;
}

// Only the client who asks waits; the others' turns come meanwhile.
asio::awaitable<bool> SqliteStorage::patiently(const Work& work) {
  const auto end = Clock::now() + patience;
  for (;;) {
    try {
      work();
      co_return true;
    } catch (const SqliteError& error) {
      const bool may_wait = error.is_busy() && !failing_ && Clock::now() < end;
      if (!may_wait) {
        went(false, error.what());
        co_return false;
      }
    }
    co_await drivers::coroutines::sleep_for(between_tries);
  }
}

SqliteStorage::Room& SqliteStorage::stored(const std::string& name) {
  const auto found = rooms_.find(name);
  if (found != rooms_.end()) return found->second;
  Statement{database(), "INSERT INTO rooms (name) VALUES (?1)", name}.next();
  const Room room{sqlite3_last_insert_rowid(database_.get()), 0};
  return rooms_.emplace(name, room).first->second;
}

asio::awaitable<bool> SqliteStorage::add_room(std::string name) {
  const Work work = [&] { stored(name); };
  const bool saved = co_await patiently(work);
  co_return saved;
}

asio::awaitable<std::optional<Id>> SqliteStorage::append(std::string name, Message message) {
  Id id = 0;
  const Work work = [&] {
    Room& room = stored(name);
    Statement{database(),
              "INSERT INTO messages (room, id, user, text, ref, time)"
              " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
              room.number,
              room.last_id + 1,
              message.user,
              message.text,
              message.ref,
              message.time_ms}
        .next();
    id = ++room.last_id;
    went(true, "");
  };
  const bool saved = co_await patiently(work);
  co_return saved ? std::optional(id) : std::nullopt;
}

asio::awaitable<std::optional<Page>> SqliteStorage::page(std::string name, Window window) {
  std::optional<Page> page;
  const Work work = [&] {
    const auto room = rooms_.find(name);
    if (room != rooms_.end())
      page = read_page(room->second.number, window);
    else if (!failing_)
      page.emplace();
  };
  co_await patiently(work);
  co_return page;
}

// One row more than asked for says whether there are more.
Page SqliteStorage::read_page(std::int64_t room, const Window& window) {
  const bool forward = window.after.has_value();
  const std::string sql =
      std::string("SELECT id, user, text, ref, time FROM messages WHERE room = ?1 AND id ") +
      (forward ? "> ?2 ORDER BY id" : "< ?2 ORDER BY id DESC") + " LIMIT ?3";
  const Id bound = forward ? *window.after : window.before.value_or(INT64_MAX);
  Statement rows{database(), sql, std::int64_t{room}, std::int64_t{bound},
                 static_cast<std::int64_t>(window.limit) + 1};
  Page page;
  std::size_t bytes = 0;
  while (rows.next()) {
    Message message = message_of(rows);
    bytes += message.text.size();
    const bool full = page.messages.size() == window.limit || bytes > limits::history_text_bytes;
    page.more = full && !page.messages.empty();
    if (page.more) break;
    page.messages.push_back(std::move(message));
  }
  if (!forward) std::reverse(page.messages.begin(), page.messages.end());
  return page;
}

// One line when it begins, one when it is over; not one a message.
void SqliteStorage::went(bool well, const char* why) {
  if (well == !failing_) return;
  failing_ = !well;
  if (failing_)
    log_error("Historique : {} ne s'écrit pas ({}) ; le chat continue sans l'enregistrer.",
              file_.string(), why);
  else
    log_info("Historique : {} s'écrit de nouveau.", file_.string());
}

}  // namespace prise::chat
