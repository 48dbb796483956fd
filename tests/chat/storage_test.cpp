// Storage: one contract for both, and what only a file must stand.
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <memory>

#include "limits.hpp"
#include "log.hpp"
#include "memory.hpp"
#include "sqlite.hpp"
#include "support/catch.hpp"

using namespace prise::chat;
namespace fs = std::filesystem;

namespace {

struct Folder {
  Folder() {
    std::string name = (fs::temp_directory_path() / "prise-chat-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
    open_log(path / "server.log");
  }
  ~Folder() {
    std::error_code ignored;
    fs::permissions(path, fs::perms::owner_all, ignored);
    fs::remove_all(path, ignored);
  }
  std::size_t log_lines() const {
    std::ifstream log(path / "server.log");
    std::size_t lines = 0;
    for (std::string line; std::getline(log, line);)
      ++lines;
    return lines;
  }
  fs::path file() const { return path / "chat.db"; }
  fs::path path;
};

template <class Value>
Value result_of(asio::awaitable<Value> work) {
  asio::io_context loop;
  std::optional<Value> result;
  const auto keep = [](asio::awaitable<Value> one,
                       std::optional<Value>& place) -> asio::awaitable<void> {
    place.emplace(co_await std::move(one));
  };
  asio::co_spawn(loop, keep(std::move(work), result), asio::detached);
  loop.run();
  REQUIRE(result);
  return *result;
}

std::optional<Id> append(Storage& storage, const std::string& room, const std::string& text,
                         std::int64_t time_ms = 0) {
  return result_of(storage.append(room, {std::nullopt, "Zoé", text, "r", time_ms}));
}

std::vector<Id> ids_of(Storage& storage, const Window& window, bool more,
                       const std::string& room = "general") {
  const auto page = result_of(storage.page(room, window));
  REQUIRE(page);
  CHECK(page->more == more);
  std::vector<Id> ids;
  for (const Message& message : page->messages)
    ids.push_back(*message.id);
  return ids;
}

// Runs in a child process: appends and tells each id that was acknowledged, until it is killed.
[[noreturn]] void append_for_ever(const fs::path& file, int acknowledged) {
  SqliteStorage storage(file);
  for (;;) {
    const auto id = append(storage, "general", "message");
    const Id number = id.value_or(-1);
    if (::write(acknowledged, &number, sizeof number) != sizeof number) ::_exit(1);
  }
}

}  // namespace

TEST_CASE("a storage gives ids room by room, and pages in both directions", "[chat][storage]") {
  const Folder folder;
  std::unique_ptr<Storage> storage;
  SECTION("in a file") {
    storage = std::make_unique<SqliteStorage>(folder.file());
  }
  SECTION("in memory") {
    storage = std::make_unique<MemoryStorage>();
  }
  CHECK(ids_of(*storage, {.limit = 5}, false).empty());
  CHECK(result_of(storage->add_room("general")));
  CHECK(result_of(storage->add_room("tp")));
  for (Id id = 1; id <= 10; ++id)
    CHECK(append(*storage, "general", std::to_string(id)) == id);
  CHECK(append(*storage, "tp", "1") == 1);
  CHECK(ids_of(*storage, {.limit = 3}, true) == std::vector<Id>{8, 9, 10});
  CHECK(ids_of(*storage, {.before = 8, .limit = 3}, true) == std::vector<Id>{5, 6, 7});
  CHECK(ids_of(*storage, {.before = 4, .limit = 3}, false) == std::vector<Id>{1, 2, 3});
  CHECK(ids_of(*storage, {.before = 1, .limit = 3}, false).empty());
  CHECK(ids_of(*storage, {.after = 0, .limit = 3}, true) == std::vector<Id>{1, 2, 3});
  CHECK(ids_of(*storage, {.after = 7, .limit = 3}, false) == std::vector<Id>{8, 9, 10});
  CHECK(ids_of(*storage, {.after = 10, .limit = 3}, false).empty());
  CHECK(ids_of(*storage, {.after = 99, .limit = 3}, false).empty());
  CHECK(ids_of(*storage, {.limit = 5}, false, "tp") == std::vector<Id>{1});
  const auto page = result_of(storage->page("general", {.after = 9, .limit = 1}));
  CHECK(page->messages[0].text == "10");
  CHECK(page->messages[0].user == "Zoé");
  CHECK(page->messages[0].ref == "r");
}

TEST_CASE("a page stops where its texts would be too much at once", "[chat][storage]") {
  const Folder folder;
  std::unique_ptr<Storage> storage;
  SECTION("in a file") {
    storage = std::make_unique<SqliteStorage>(folder.file());
  }
  SECTION("in memory") {
    storage = std::make_unique<MemoryStorage>();
  }
  const std::string text(limits::history_text_bytes / 2, 'a');
  for (int i = 0; i < 5; ++i)
    append(*storage, "general", text);
  CHECK(ids_of(*storage, {.limit = 50}, true) == std::vector<Id>{4, 5});
  CHECK(ids_of(*storage, {.after = 1, .limit = 50}, true) == std::vector<Id>{2, 3});
}

TEST_CASE("a file is found again: rooms in their order, ids going on, the same history",
          "[chat][storage]") {
  const Folder folder;
  std::string history_id;
  {
    SqliteStorage storage(folder.file());
    history_id = storage.history_id();
    for (const char* const room : {"general", "zzz", "aaa"})
      result_of(storage.add_room(room));
    append(storage, "general", "avant");
  }
  SqliteStorage storage(folder.file());
  CHECK(storage.history_id() == history_id);
  const auto rooms = result_of(storage.rooms());
  REQUIRE(rooms.size() == 3);
  CHECK(rooms[0].name == "general");
  CHECK(rooms[0].last_id == 1);
  CHECK(rooms[1].name == "zzz");
  CHECK(rooms[2].name == "aaa");
  CHECK(append(storage, "general", "après") == 2);
}

TEST_CASE("a clock that is set back changes neither ids nor order", "[chat][storage]") {
  const Folder folder;
  SqliteStorage storage(folder.file());
  CHECK(append(storage, "general", "demain", 2'000'000'000'000) == 1);
  CHECK(append(storage, "general", "hier", 1'000'000'000'000) == 2);
  CHECK(append(storage, "general", "avant 1970", -5) == 3);
  CHECK(ids_of(storage, {.limit = 5}, false) == std::vector<Id>{1, 2, 3});
}

TEST_CASE("what was acknowledged is there after kill -9", "[chat][storage]") {
  const Folder folder;
  Id acknowledged = 0;
  for (int round = 0; round < 5; ++round) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    if (child == 0) append_for_ever(folder.file(), ends[1]);
    ::close(ends[1]);
    for (int i = 0; i < 50; ++i)
      REQUIRE(::read(ends[0], &acknowledged, sizeof acknowledged) == sizeof acknowledged);
    ::kill(child, SIGKILL);
    while (::read(ends[0], &acknowledged, sizeof acknowledged) == sizeof acknowledged) {
    }
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);
    SqliteStorage storage(folder.file());
    const auto rooms = result_of(storage.rooms());
    REQUIRE(rooms.size() == 1);
    CHECK(acknowledged >= 50);
    CHECK(rooms[0].last_id >= acknowledged);
    CHECK(rooms[0].last_id <= acknowledged + 1);  // one may have been killed before its answer
    CHECK(ids_of(storage, {.after = acknowledged - 1, .limit = 1},
                 rooms[0].last_id > acknowledged) == std::vector<Id>{acknowledged});
  }
}

TEST_CASE("a disk that fills up loses messages and says so once; then it goes on",
          "[chat][storage]") {
  const Folder folder;
  SqliteStorage storage(folder.file());
  CHECK(append(storage, "general", "tient") == 1);
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const rlimit full{fs::file_size(folder.path / "chat.db-wal"), before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &full) == 0);
  const auto lost = append(storage, "general", std::string(8000, 'a'));
  const auto lost_too = append(storage, "general", std::string(8000, 'a'));
  const bool failing = storage.is_failing();
  const auto readable = result_of(storage.page("general", {.limit = 5}));
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  CHECK_FALSE(lost);
  CHECK_FALSE(lost_too);
  CHECK(failing);
  REQUIRE(readable);
  CHECK(readable->messages.size() == 1);
  CHECK(folder.log_lines() == 1);
  CHECK(append(storage, "general", "tient de nouveau") == 2);
  CHECK_FALSE(storage.is_failing());
  CHECK(folder.log_lines() == 2);
  CHECK(ids_of(storage, {.limit = 5}, false) == std::vector<Id>{1, 2});
}

TEST_CASE("a file that is no database, and one from the future, are left alone",
          "[chat][storage]") {
  const Folder folder;
  SECTION("no database") {
    std::ofstream(folder.file()) << std::string(5000, 'x');
  }
  SECTION("from the future") {
    { SqliteStorage storage(folder.file()); }
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open(folder.file().c_str(), &database) == SQLITE_OK);
    sqlite3_exec(database, "PRAGMA user_version = 99", nullptr, nullptr, nullptr);
    sqlite3_close(database);
  }
  const auto bytes = fs::file_size(folder.file());
  SqliteStorage storage(folder.file());
  CHECK(storage.is_failing());
  CHECK_FALSE(append(storage, "general", "perdu"));
  CHECK_FALSE(result_of(storage.add_room("tp")));
  CHECK_FALSE(result_of(storage.page("general", {.limit = 5})));
  CHECK(folder.log_lines() == 1);
  CHECK(fs::file_size(folder.file()) == bytes);
}
