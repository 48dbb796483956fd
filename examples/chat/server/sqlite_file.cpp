#include "sqlite_file.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <system_error>

namespace prise::chat {

namespace fs = std::filesystem;

namespace {

constexpr int schema_version = 1;

Database open(const std::string& name, int flags) {
  sqlite3* opened = nullptr;
  const int outcome = sqlite3_open_v2(name.c_str(), &opened, flags, nullptr);
  Database database{opened};
  if (outcome != SQLITE_OK) throw SqliteError(sqlite3_errmsg(opened), outcome);
  Statement version{database, "PRAGMA user_version"};  // 0: it has just been created
  version.next();
  if (version.number(0) > schema_version) throw SqliteError("written by a newer version of Prise");
  return database;
}

// A name that begins with "file:" would be a URI for some builds of SQLite; with '/', for none.
std::string name_of(const fs::path& file) {
  return fs::absolute(file).string();
}

// https://www.sqlite.org/uri.html: '?', '#' and '%' mean something else there.
std::string uri_of(const fs::path& file) {
  std::string uri = "file://";
  for (const char byte : name_of(file)) {
    if (byte == '?' || byte == '#' || byte == '%')
      uri += fmt::format("%{:02x}", static_cast<unsigned>(byte));
    else
      uri += byte;
  }
  return uri;
}

// What cannot be looked at may be there.
bool has_beside(const fs::path& file, const char* ending) {
  std::error_code unknown;
  fs::path other = file;
  return fs::exists(other += ending, unknown) || unknown;
}

// Nobody is writing to it, as far as can be seen: we may not, and a writer's log would lie beside
// it.
bool is_at_rest(const fs::path& file) {
  const fs::path folder = fs::absolute(file).parent_path();
  return ::access(folder.c_str(), W_OK) != 0 && !has_beside(file, "-wal") &&
         !has_beside(file, "-journal");
}

}  // namespace

Database open_to_write(const fs::path& file, const std::string& new_history_id) {
  Database database = open(name_of(file), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  for (const char* const sql :
       {"PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL",
        "CREATE TABLE IF NOT EXISTS history (id TEXT NOT NULL)",
        "CREATE TABLE IF NOT EXISTS rooms (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
        "CREATE TABLE IF NOT EXISTS messages (room INTEGER NOT NULL, id INTEGER NOT NULL,"
        " user TEXT NOT NULL, text TEXT NOT NULL, ref TEXT NOT NULL, time INTEGER NOT NULL,"
        " PRIMARY KEY (room, id)) WITHOUT ROWID",
        "PRAGMA user_version = 1"}) {
    Statement statement{database, sql};
    while (statement.next()) {
    }
  }
  Statement{database, "INSERT INTO history SELECT ?1 WHERE NOT EXISTS (SELECT * FROM history)",
            new_history_id}
      .next();
  return database;
}

// With a write-ahead log, to read is to write a little, in a file beside it. Where that is not
// allowed, SQLite reads only what it is told nobody changes.
Database open_to_read(const fs::path& file) {
  if (is_at_rest(file))
    return open(uri_of(file) + "?immutable=1", SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
  return open(name_of(file), SQLITE_OPEN_READONLY);
}

}  // namespace prise::chat
