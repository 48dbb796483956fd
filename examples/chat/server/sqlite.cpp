#include "sqlite.hpp"

#include <algorithm>

#include "history_id.hpp"
#include "limits.hpp"
#include "log.hpp"

namespace prise::chat {
namespace {

constexpr int busy_wait_ms = 200;  // someone else looks into the file
constexpr int schema_version = 1;

Message message_of(Statement& row) {
  Message message;
  message.id = row.number(0);
  message.user = row.text(1);
  message.text = row.text(2);
  message.ref = row.text(3);
  message.time_ms = row.number(4);
  return message;
}

// 0: it has just been created.
std::int64_t file_version(const Database& database) {
  Statement version{database, "PRAGMA user_version"};
  version.next();
  return version.number(0);
}

}  // namespace

SqliteStorage::SqliteStorage(const std::filesystem::path& file)
    : file_{file.string()}, history_id_{new_history_id()} {
  try {
    open(file_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    try {
      prepare_file();
    } catch (const SqliteError& error) {
      went(false, error.what());
    }
    load();
    return;
  } catch (const SqliteError& error) {
    if (!failing_) went(false, error.what());
  }
  // In a folder where nothing can be written, SQLite reads only what it is told nobody changes.
  try {
    open("file:" + file_ + "?immutable=1", SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
    load();
  } catch (const SqliteError&) {
    database_.reset();
  }
}

SqliteStorage::~SqliteStorage() = default;

void SqliteStorage::open(const std::string& file, int flags) {
  sqlite3* opened = nullptr;
  const int outcome = sqlite3_open_v2(file.c_str(), &opened, flags, nullptr);
  database_.reset(opened);
  if (outcome != SQLITE_OK) throw SqliteError(sqlite3_errmsg(opened));
  sqlite3_busy_timeout(opened, busy_wait_ms);
  if (file_version(database_) > schema_version)
    throw SqliteError("written by a newer version of Prise");
}

void SqliteStorage::prepare_file() {
  for (const char* const sql :
       {"PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL",
        "CREATE TABLE IF NOT EXISTS history (id TEXT NOT NULL)",
        "CREATE TABLE IF NOT EXISTS rooms (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
        "CREATE TABLE IF NOT EXISTS messages (room INTEGER NOT NULL, id INTEGER NOT NULL,"
        " user TEXT NOT NULL, text TEXT NOT NULL, ref TEXT NOT NULL, time INTEGER NOT NULL,"
        " PRIMARY KEY (room, id)) WITHOUT ROWID",
        "PRAGMA user_version = 1"}) {
    Statement statement{database_, sql};
    while (statement.next()) {
    }
  }
  Statement{database_, "INSERT INTO history SELECT ?1 WHERE NOT EXISTS (SELECT * FROM history)",
            history_id_}
      .next();
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

SqliteStorage::Room& SqliteStorage::stored(const std::string& name) {
  const auto found = rooms_.find(name);
  if (found != rooms_.end()) return found->second;
  if (!database_) throw SqliteError("no database");
  Statement{database_, "INSERT INTO rooms (name) VALUES (?1)", name}.next();
  const Room room{sqlite3_last_insert_rowid(database_.get()), 0};
  return rooms_.emplace(name, room).first->second;
}

asio::awaitable<bool> SqliteStorage::add_room(std::string name) {
  try {
    stored(name);
    went(true, "");
    co_return true;
  } catch (const SqliteError& error) {
    went(false, error.what());
    co_return false;
  }
}

asio::awaitable<std::optional<Id>> SqliteStorage::append(std::string name, Message message) {
  try {
    Room& room = stored(name);
    if (!database_) throw SqliteError("no database");
    Statement{database_,
              "INSERT INTO messages (room, id, user, text, ref, time)"
              " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
              room.number,
              room.last_id + 1,
              message.user,
              message.text,
              message.ref,
              message.time_ms}
        .next();
    went(true, "");
    co_return ++room.last_id;
  } catch (const SqliteError& error) {
    went(false, error.what());
    co_return std::nullopt;
  }
}

asio::awaitable<std::optional<Page>> SqliteStorage::page(std::string name, Window window) {
  const auto room = rooms_.find(name);
  if (room == rooms_.end()) co_return failing_ ? std::nullopt : std::optional(Page{});
  try {
    co_return read_page(room->second.number, window);
  } catch (const SqliteError& error) {
    went(false, error.what());
    co_return std::nullopt;
  }
}

// One row more than asked for says whether there are more.
Page SqliteStorage::read_page(std::int64_t room, const Window& window) {
  if (!database_) throw SqliteError("no database");
  const bool forward = window.after.has_value();
  const std::string sql =
      std::string("SELECT id, user, text, ref, time FROM messages WHERE room = ?1 AND id ") +
      (forward ? "> ?2 ORDER BY id" : "< ?2 ORDER BY id DESC") + " LIMIT ?3";
  const Id bound = forward ? *window.after : window.before.value_or(INT64_MAX);
  Statement rows{database_, sql, std::int64_t{room}, std::int64_t{bound},
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
    log_error("Historique : {} ne s'écrit pas ({}) ; le chat continue sans l'enregistrer.", file_,
              why);
  else
    log_info("Historique : {} s'écrit de nouveau.", file_);
}

}  // namespace prise::chat
