// SQLite's C interface, as little of it as the storage needs.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace prise::chat {

// What SQLite says went wrong: "database or disk is full", "attempt to write a readonly database".
struct SqliteError : std::runtime_error {
  explicit SqliteError(const std::string& why, int outcome = SQLITE_ERROR)
      : std::runtime_error(why), code{outcome} {}
  // Another program has locked the file: it may be over in a moment.
  [[nodiscard]] bool is_busy() const { return (code & 0xFF) == SQLITE_BUSY; }
  int code;  // https://www.sqlite.org/rescode.html
};

struct DatabaseCloser {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
using Database = std::unique_ptr<sqlite3, DatabaseCloser>;

// One statement, run once: `Statement(db, "... ?1 ?2", a, b)`, then next() for each row. Texts that
// are bound must live as long.
class Statement {
public:
  template <class... Values>
  Statement(const Database& database, std::string_view sql, const Values&... values)
      : database_{database.get()} {
    check(sqlite3_prepare_v2(database_, sql.data(), static_cast<int>(sql.size()), &statement_,
                             nullptr));
    int place = 0;
    (bind(++place, values), ...);
  }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  // True: there is a row.
  bool next() {
    const int outcome = sqlite3_step(statement_);
    if (outcome == SQLITE_ROW) return true;
    if (outcome != SQLITE_DONE) check(outcome);
    return false;
  }

  std::int64_t number(int column) { return sqlite3_column_int64(statement_, column); }
  std::string text(int column) {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return bytes == nullptr ? std::string() : std::string(bytes, size);
  }

private:
  void bind(int place, std::int64_t value) { check(sqlite3_bind_int64(statement_, place, value)); }
  void bind(int place, const std::string& value) {
    check(sqlite3_bind_text(statement_, place, value.data(), static_cast<int>(value.size()),
                            SQLITE_STATIC));
  }
  void check(int outcome) {
    if (outcome == SQLITE_OK) return;
    const std::string why = sqlite3_errmsg(database_);
    sqlite3_finalize(std::exchange(statement_, nullptr));  // no destructor, if we are being made
    throw SqliteError(why, outcome);
  }

  sqlite3* database_;
  sqlite3_stmt* statement_ = nullptr;
};

}  // namespace prise::chat
