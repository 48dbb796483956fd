// One session and its client: over a storage that takes its time, as one over a network will; sent
// away.
#include "session.hpp"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <functional>
#include <nlohmann/json.hpp>

#include "log.hpp"
#include "memory.hpp"
#include "support/catch.hpp"

using namespace prise;
using namespace prise::chat;
using drivers::coroutines::WebSocket;
using nlohmann::json;

namespace {

// Its pages are read at once, and arrive when they are let go.
class SlowStorage : public MemoryStorage {
public:
  explicit SlowStorage(asio::io_context& loop)
      : gate_{loop, asio::steady_timer::time_point::max()} {}

  asio::awaitable<std::optional<Page>> page(std::string room, Window window) override {
    auto page = co_await MemoryStorage::page(room, window);
    asked_ = true;
    asio::error_code let_go;
    while (!open_)
      co_await gate_.async_wait(asio::redirect_error(asio::use_awaitable, let_go));
    co_return page;
  }
  [[nodiscard]] bool asked() const { return asked_; }
  void let_go() {
    open_ = true;
    gate_.cancel();
  }

private:
  asio::steady_timer gate_;
  bool asked_ = false;
  bool open_ = false;
};

asio::awaitable<json> next(WebSocket& websocket, std::string_view action) {
  while (const auto message = co_await websocket.receive()) {
    json object = json::parse(message->bytes);
    const bool service = action == "message" && !object.contains("id");
    if (object["action"] == action && !service) co_return object;
  }
  co_return json{};
}

}  // namespace

namespace {

// A server for one client, `talk`, who connects from this same loop.
struct Chat {
  using Talk = std::function<asio::awaitable<void>(WebSocket&)>;

  Chat() {
    open_log("/dev/null");
    rooms.open({"general", 0});
  }

  void run(const Talk& talk) {
    asio::co_spawn(loop, serve_one(), asio::detached);
    asio::co_spawn(loop, connect(talk), asio::detached);
    loop.run();
  }

  asio::awaitable<void> serve_one() {
    auto websocket = co_await listener.accept();
    const bool shaken = co_await websocket->shake_hands();
    REQUIRE(shaken);
    {
      Session session{*websocket, house};
      co_await session.run();
    }
    co_await websocket->close();
  }

  asio::awaitable<void> connect(const Talk& talk) {
    websocket::Url url;
    url.host = "127.0.0.1";
    url.port = listener.address().port();
    auto websocket = co_await WebSocket::connect(url, settings);
    co_await talk(websocket);
    co_await websocket.close();
  }

  asio::io_context loop{1};
  drivers::Settings settings;
  drivers::coroutines::Listener listener{loop, net::Address::ipv4("127.0.0.1", 0), settings};
  LocalFanOut fan_out;
  Rooms rooms{fan_out};
  SlowStorage storage{loop};
  House house{rooms, fan_out, storage};
};

}  // namespace

TEST_CASE("what is said while the history is read comes after it, once", "[chat][session]") {
  Chat chat;
  std::vector<Id> seen;
  const auto talk = [&](WebSocket& websocket) -> asio::awaitable<void> {
    const auto store = [&](const std::string& text) -> asio::awaitable<Message> {
      Message message{std::nullopt, "Zoé", text, "", 0};
      message.id = co_await chat.storage.append("general", message);
      co_return message;
    };
    const Message early = co_await store("avant");
    const std::string login = R"({"action":"login","user":"moi","version":1})";
    co_await websocket.send_text(login);
    const json people = co_await next(websocket, "people");
    CHECK(people["users"] == json::array({"moi"}));
    // The page has been read, and arrives after what follows.
    CHECK(chat.storage.asked());
    chat.fan_out.publish(Spoken{"general", early});  // is in the page
    const Message meanwhile = co_await store("pendant");
    chat.fan_out.publish(Spoken{"general", meanwhile});
    chat.storage.let_go();
    const json history = co_await next(websocket, "history");
    for (const json& message : history["messages"])
      seen.push_back(message["id"]);
    const Message late = co_await store("après");
    chat.fan_out.publish(Spoken{"general", late});
    for (int i = 0; i < 2; ++i) {
      const json message = co_await next(websocket, "message");
      seen.push_back(message["id"]);
    }
  };
  chat.run(talk);
  CHECK(seen == std::vector<Id>{1, 2, 3});
}

TEST_CASE("a history that does not come keeps no more than a queue may hold", "[chat][session]") {
  Chat chat;
  const auto talk = [&](WebSocket& websocket) -> asio::awaitable<void> {
    const std::string login = R"({"action":"login","user":"moi","version":1})";
    co_await websocket.send_text(login);
    const json people = co_await next(websocket, "people");
    CHECK(people["count"] == 1);
    const std::string text(2000, 'a');
    for (Id id = 1; id <= static_cast<Id>(limits::queue_bytes / text.size()) + 1; ++id)
      chat.fan_out.publish(Spoken{"general", {id, "Zoé", text, "", 0}});
    chat.storage.let_go();
    const json nothing = co_await next(websocket, "message");
    CHECK(nothing.is_null());
    REQUIRE(websocket.closed());
    CHECK(websocket.closed()->code == websocket::CloseCode::try_again_later);
  };
  chat.run(talk);
}

TEST_CASE("the house sends away who never says a name", "[chat][session]") {
  Chat chat;
  chat.house.until_login = std::chrono::milliseconds(0);
  const auto talk = [&](WebSocket& websocket) -> asio::awaitable<void> {
    const json rooms = co_await next(websocket, "rooms");
    CHECK(rooms["rooms"] == json::array({"general"}));
    const auto stay = [&]() -> asio::awaitable<void> {
      const json nothing = co_await next(websocket, "message");
      CHECK(nothing.is_null());
    };
    const auto rounds = [&]() -> asio::awaitable<void> { co_await keep(chat.house, [] {}); };
    co_await drivers::coroutines::first_of(stay(), rounds());
    REQUIRE(websocket.closed());
    CHECK(websocket.closed()->code == websocket::CloseCode::policy_violation);
  };
  chat.run(talk);
}

TEST_CASE("who never said a name is told why, and keeps nobody waiting", "[chat][session]") {
  Chat chat;
  const auto talk = [&](WebSocket& websocket) -> asio::awaitable<void> {
    const json rooms = co_await next(websocket, "rooms");
    CHECK(rooms["rooms"] == json::array({"general"}));
    for (int i = 0; i < 2; ++i)  // he has not gone yet
      chat.rooms.send_away_nameless(std::chrono::steady_clock::time_point::max());
    const json nothing = co_await next(websocket, "message");
    CHECK(nothing.is_null());
    REQUIRE(websocket.closed());
    CHECK(websocket.closed()->code == websocket::CloseCode::policy_violation);
    CHECK(websocket.closed()->reason == "pas de pseudo");
  };
  chat.run(talk);
  CHECK(chat.rooms.members() == 0);
}
