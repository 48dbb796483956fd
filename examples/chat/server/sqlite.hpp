// Storage in a file: SQLite, with a write-ahead log, so that what append() has acknowledged is
// there after kill -9 (after a power cut, the last moments may be missing). It answers at once: a
// message takes some ten microseconds.
#pragma once

#include <filesystem>
#include <map>
#include <memory>

#include "sqlite_statement.hpp"
#include "storage.hpp"

namespace prise::chat {

class SqliteStorage : public Storage {
public:
  // Creates the file if there is none. One that cannot be written, or read, is logged, and the chat
  // goes on without it.
  explicit SqliteStorage(const std::filesystem::path& file);
  ~SqliteStorage() override;

  std::string history_id() const override { return history_id_; }
  asio::awaitable<std::vector<StoredRoom>> rooms() override;
  asio::awaitable<bool> add_room(std::string name) override;
  asio::awaitable<std::optional<Id>> append(std::string room, Message message) override;
  asio::awaitable<std::optional<Page>> page(std::string room, Window window) override;
  bool is_failing() const override { return failing_; }

private:
  struct Room {
    std::int64_t number;
    Id last_id;
  };

  void open(const std::string& file, int flags);
  void prepare_file();
  void load();
  Room& stored(const std::string& name);
  Page read_page(std::int64_t room, const Window& window);
  void went(bool well, const char* why);

  std::string file_;
  Database database_;
  std::map<std::string, Room, std::less<>> rooms_;
  std::string history_id_;
  bool failing_ = false;
};

}  // namespace prise::chat
