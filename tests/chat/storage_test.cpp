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
#include <functional>
#include <memory>
#include <set>

#include "data_folder.hpp"
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

void try_again(Storage& storage) {
  asio::io_context loop;
  asio::co_spawn(loop, storage.try_again(), asio::detached);
  loop.run();
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

// Another program that has the file, and locks it.
class OtherProgram {
public:
  explicit OtherProgram(const fs::path& file) {
    REQUIRE(sqlite3_open(file.c_str(), &database_) == SQLITE_OK);
  }
  ~OtherProgram() { sqlite3_close(database_); }
  OtherProgram(const OtherProgram&) = delete;
  OtherProgram& operator=(const OtherProgram&) = delete;
  void says(const char* sql) {
    INFO(sql);
    REQUIRE(sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  }

private:
  sqlite3* database_ = nullptr;
};

// An append() that is on its way: nothing yet, or its outcome.
class Appending {
public:
  Appending(asio::io_context& loop, Storage& storage) {
    const auto keep = [](Storage& where, Appending& self) -> asio::awaitable<void> {
      Message message{std::nullopt, "Zoé", "attend", "", 0};
      self.id = co_await where.append("general", std::move(message));
      self.done = true;
    };
    asio::co_spawn(loop, keep(storage, *this), asio::detached);
  }
  bool done = false;
  std::optional<Id> id;
};

// What `work` says in a child process that may write in no folder of ours.
bool holds_for_a_stranger(const std::function<bool()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    const bool strange = ::geteuid() != 0 || (::setgid(65534) == 0 && ::setuid(65534) == 0);
    ::_exit(strange && work() ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
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

TEST_CASE("a file that another program has locked holds up nobody but who writes, and not for long",
          "[chat][storage]") {
  const Folder folder;
  SqliteStorage storage(folder.file());
  CHECK(append(storage, "general", "avant") == 1);
  OtherProgram other(folder.file());
  other.says("BEGIN IMMEDIATE");
  asio::io_context loop;
  Appending first(loop, storage);
  Appending second(loop, storage);
  loop.poll();  // all that can be done at once
  CHECK_FALSE(first.done);
  CHECK_FALSE(second.done);
  SECTION("it lets go in time") {
    other.says("ROLLBACK");
    loop.run();
    CHECK(std::set{first.id, second.id} == std::set<std::optional<Id>>{2, 3});
    CHECK(folder.log_lines() == 0);
  }
  SECTION("it does not; once that is known nobody waits; then it comes back by itself") {
    loop.run();
    CHECK((first.done && second.done));
    CHECK((!first.id && !second.id));
    CHECK(storage.is_failing());
    loop.restart();
    Appending third(loop, storage);
    loop.poll();
    CHECK((third.done && !third.id));
    // It can be read all the while.
    CHECK(ids_of(storage, {.limit = 5}, false) == std::vector<Id>{1});
    try_again(storage);
    CHECK(storage.is_failing());
    other.says("ROLLBACK");
    try_again(storage);
    CHECK_FALSE(storage.is_failing());
    CHECK(append(storage, "general", "après") == 2);
    CHECK(folder.log_lines() == 2);
  }
}

TEST_CASE("a file that cannot be opened at the start is opened when it can be", "[chat][storage]") {
  const Folder folder;
  std::string history_id;
  {
    SqliteStorage storage(folder.file());
    history_id = storage.history_id();
    CHECK(append(storage, "tp", "avant") == 1);
  }
  SECTION("another program has it for itself") {
    auto other = std::make_unique<OtherProgram>(folder.file());
    other->says("PRAGMA locking_mode = EXCLUSIVE");
    other->says("BEGIN EXCLUSIVE");
    SqliteStorage storage(folder.file());
    CHECK(storage.is_failing());
    CHECK_FALSE(append(storage, "general", "perdu"));
    other.reset();
    try_again(storage);
    CHECK_FALSE(storage.is_failing());
    CHECK(storage.history_id() == history_id);
    const auto rooms = result_of(storage.rooms());
    REQUIRE(rooms.size() == 1);
    CHECK(rooms[0].name == "tp");
    CHECK(rooms[0].last_id == 1);
  }
  SECTION("its folder is not there") {
    fs::rename(folder.path, folder.path.string() + "-away");
    SqliteStorage storage(folder.file());
    CHECK(storage.is_failing());
    CHECK_FALSE(result_of(storage.page("tp", {.limit = 5})));
    fs::rename(folder.path.string() + "-away", folder.path);
    try_again(storage);
    CHECK_FALSE(storage.is_failing());
    CHECK(ids_of(storage, {.limit = 5}, false, "tp") == std::vector<Id>{1});
    CHECK(append(storage, "tp", "après") == 2);
  }
}

TEST_CASE("where nothing can be written, all that was said is read, or nothing",
          "[chat][storage]") {
  const Folder folder;
  // Characters that mean something in a URI.
  const fs::path place = folder.path / "50%25 ? #1";
  const fs::path file = place / "chat.db";
  fs::create_directory(place);
  const auto close_folder = [&] {
    fs::permissions(file, fs::perms::owner_read | fs::perms::others_read);
    fs::permissions(place, fs::perms(0555));
    fs::permissions(folder.path, fs::perms(0755));
  };
  SECTION("at rest") {
    {
      SqliteStorage storage(file);
      append(storage, "general", "un");
      append(storage, "general", "deux");
    }
    close_folder();
    CHECK(holds_for_a_stranger([&] {
      SqliteStorage storage(file);
      const auto page = result_of(storage.page("general", {.limit = 5}));
      return storage.is_failing() && page && page->messages.size() == 2;
    }));
  }
  SECTION("after kill -9, with the last messages still in its log") {
    const pid_t child = ::fork();
    if (child == 0) {
      {
        SqliteStorage storage(file);
        append(storage, "general", "un");
      }
      SqliteStorage storage(file);
      append(storage, "general", "deux");
      ::raise(SIGKILL);
    }
    ::waitpid(child, nullptr, 0);
    REQUIRE(fs::exists(place / "chat.db-wal"));
    const bool log_is_readable = GENERATE(true, false);
    if (!log_is_readable) fs::remove(place / "chat.db-shm");
    close_folder();
    CHECK(holds_for_a_stranger([&] {
      SqliteStorage storage(file);
      const auto page = result_of(storage.page("general", {.limit = 5}));
      return storage.is_failing() && (page ? page->messages.size() == 2 : !log_is_readable);
    }));
  }
  fs::permissions(place, fs::perms::owner_all);
}

TEST_CASE("a data folder is one server's at a time", "[chat][storage]") {
  const Folder folder;
  {
    const auto first = DataFolder::take(folder.path / "a" / "b");
    REQUIRE(first);
    CHECK(fs::is_directory(first->path()));
    CHECK_FALSE(DataFolder::take(folder.path / "a" / "b"));
    CHECK(DataFolder::take(folder.path));
  }
  CHECK(DataFolder::take(folder.path / "a" / "b"));
  CHECK(DataFolder::take("/dev/null/nowhere"));  // the log and the database say what is wrong
}
