// Storage in a file: SQLite, with a write-ahead log, so that what append() has acknowledged is
// there after kill -9 (after a power cut, the last moments may be missing). A message takes some
// ten microseconds, and so it is written at once; nothing here ever holds up the loop for longer: a
// file that another program has locked is tried again a little later.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>

#include "sqlite_statement.hpp"
#include "storage.hpp"

namespace prise::chat {

class SqliteStorage : public Storage {
public:
  // How long one who asks waits for another program that has locked the file. Once that was in
  // vain, nobody waits any more until it works again.
  static constexpr std::chrono::milliseconds patience{200};

  // Creates the file if there is none. One that cannot be written, or read, is logged, and the chat
  // goes on without it.
  explicit SqliteStorage(const std::filesystem::path& file);

  std::string history_id() const override { return history_id_; }
  asio::awaitable<std::vector<StoredRoom>> rooms() override;
  asio::awaitable<bool> add_room(std::string name) override;
  asio::awaitable<std::optional<Id>> append(std::string room, Message message) override;
  asio::awaitable<std::optional<Page>> page(std::string room, Window window) override;
  bool is_failing() const override { return failing_; }
  asio::awaitable<void> try_again() override;

private:
  struct Room {
    std::int64_t number;
    Id last_id;
  };
  using Work = std::function<void()>;  // throws SqliteError

  void open();
  void load();
  asio::awaitable<bool> patiently(const Work& work);
  const Database& database() const;
  Room& stored(const std::string& name);
  Page read_page(std::int64_t room, const Window& window);
  void went(bool well, const char* why);

  std::filesystem::path file_;
  Database database_;
  bool writable_ = false;  // it was, when it was opened
  std::map<std::string, Room, std::less<>> rooms_;
  std::string history_id_;
  bool failing_ = false;
};

}  // namespace prise::chat
