// The terminal client, but for its connections: what it understands, shows and asks for.
#include <nlohmann/json.hpp>

#include "actions.hpp"
#include "backoff.hpp"
#include "commands.hpp"
#include "protocol.hpp"
#include "support/catch.hpp"
#include "view.hpp"

using namespace prise::chat;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

// What `view` shows of what a server says; and the server's words.
struct Screen {
  std::vector<std::string> lines;
  View view{Colours::off, [this](const std::string& shown) { lines.push_back(shown); }};

  // Without the clock, whose hour depends on where one is.
  std::vector<std::string> spoken() const {
    std::vector<std::string> found;
    for (const std::string& line : lines)
      if (line.size() > 6 && line[2] == ':') found.push_back(line.substr(6));
    return found;
  }
  bool shows(const std::string& text) const {
    return std::any_of(lines.begin(), lines.end(), [&text](const std::string& line) {
      return line.find(text) != std::string::npos;
    });
  }
};

std::string history(Id first, Id last, const Window& window = {}, bool more = false,
                    const std::string& room = "general") {
  Page page{{}, more};
  for (Id id = first; id <= last; ++id)
    page.messages.push_back({id, "Zoé", std::to_string(id), "", 0});
  return history_text(room, window, page, "");
}

std::string said(Id id) {
  return spoken_text("general", {id, "Zoé", std::to_string(id), "", 0});
}

std::vector<std::string> from_zoe(Id first, Id last) {
  std::vector<std::string> lines;
  for (Id id = first; id <= last; ++id)
    lines.push_back("Zoé: " + std::to_string(id));
  return lines;
}

}  // namespace

TEST_CASE("what is typed becomes what it asks for", "[chat][client]") {
  using Kind = Command::Kind;
  struct Row {
    std::string line;
    Kind kind;
    std::string argument;
  };
  for (const Row& row : std::vector<Row>{
           {"Salut", Kind::say, "Salut"},
           {" deux  mots ", Kind::say, " deux  mots "},
           {"//aide", Kind::say, "/aide"},
           {"/login Zoé", Kind::login, "Zoé"},
           {"/pseudo   Zoé \t", Kind::login, "Zoé"},
           {"/create_room tp 1", Kind::create_room, "tp 1"},
           {"/creer tp", Kind::create_room, "tp"},
           {"/join_room tp", Kind::join_room, "tp"},
           {"/rejoindre tp", Kind::join_room, "tp"},
           {"/history", Kind::older, ""},
           {"/frames", Kind::frames, ""},
           {"/aide", Kind::help, ""},
           {"/quit", Kind::quit, ""},
           {"/login", Kind::mistaken, "Il manque un nom : /login NOM"},
           {"/rejoindre  ", Kind::mistaken, "Il manque un nom : /rejoindre NOM"},
           {"/nope x", Kind::mistaken, "Commande inconnue : /nope (/aide les montre toutes)"},
           {"/", Kind::mistaken, "Commande inconnue : / (/aide les montre toutes)"},
       }) {
    INFO(row.line);
    const auto command = read_command(row.line);
    REQUIRE(command);
    CHECK(command->kind == row.kind);
    CHECK(command->argument == row.argument);
  }
  CHECK_FALSE(read_command(""));
  CHECK_FALSE(read_command("  "));
}

TEST_CASE("the client asks as the notes and PROTOCOL.md say", "[chat][client]") {
  CHECK(json::parse(say_text("Salut")) == json{{"action", "send_message"}, {"message", "Salut"}});
  CHECK(json::parse(login_text("Zoé", "", "")) ==
        json{{"action", "login"}, {"user", "Zoé"}, {"version", 1}});
  CHECK(json::parse(login_text("Zoé", "tp", "r")) ==
        json{{"action", "login"}, {"user", "Zoé"}, {"version", 1}, {"room", "tp"}, {"ref", "r"}});
  CHECK(json::parse(create_room_text("tp")) == json{{"action", "create_room"}, {"room", "tp"}});
  CHECK(json::parse(join_room_text("tp")) == json{{"action", "join_room"}, {"room", "tp"}});
  CHECK(json::parse(say_text("\xff"))["message"] == "\xef\xbf\xbd");
}

TEST_CASE("each wait is longer than the last, up to a limit, and never quite the same",
          "[chat][client]") {
  Backoff whole(500ms, 30s), half(500ms, 30s);
  for (const auto expected :
       {500ms, 1000ms, 2000ms, 4000ms, 8000ms, 16'000ms, 30'000ms, 30'000ms}) {
    CHECK(whole.next(1) == expected);
    CHECK(half.next(0) == expected / 2);
  }
  for (int i = 0; i < 100; ++i)
    CHECK(whole.next(1) == 30s);
  whole.reset();
  CHECK(whole.next(1) == 500ms);
}

TEST_CASE("a server that is too busy is left alone for five seconds at least", "[chat][client]") {
  Backoff soonest(500ms, 30s), latest(500ms, 30s);
  for (const auto expected : {5s, 10s, 15s, 15s})
    CHECK(soonest.next(0, 5s) == expected);
  for (const auto expected : {10s, 20s, 30s, 30s})
    CHECK(latest.next(1, 5s) == expected);
}

TEST_CASE("the client catches up without a gap and without showing twice", "[chat][client]") {
  Screen screen;
  View& view = screen.view;
  view.receive(welcome_text("moi", "general", "h1"));
  view.receive(people_text("general", {"moi"}, 1));
  view.receive(history(1, 2));
  view.receive(said(3));
  view.receive(welcome_text("moi", "general", "h1"));  // connected again, much has been said
  view.receive(people_text("general", {"moi"}, 1));
  const auto asked = view.receive(history(9, 10, {}, true)).to_send;
  REQUIRE(asked.size() == 1);
  CHECK(json::parse(asked[0])["after"] == 3);
  view.receive(said(11));  // meanwhile
  CHECK(view.receive(history(4, 5, {.after = 3}, true)).to_send.size() == 1);
  CHECK(view.receive(history(6, 9, {.after = 5}, true)).to_send.empty());  // the rest is here
  view.receive(said(12));
  CHECK(screen.spoken() == from_zoe(1, 12));
}

TEST_CASE("another history begins anew", "[chat][client]") {
  Screen screen;
  screen.view.receive(welcome_text("moi", "general", "h1"));
  screen.view.receive(history(1, 5));
  screen.view.receive(welcome_text("moi", "general", "h2"));
  CHECK(screen.view.receive(history(2, 3)).to_send.empty());
  CHECK(screen.spoken().size() == 7);
}

TEST_CASE("what nobody would read at once is announced, and left to /history", "[chat][client]") {
  Screen screen;
  screen.view.receive(welcome_text("moi", "general", "h1"));
  screen.view.receive(history(1, 2));
  screen.view.receive(welcome_text("moi", "general", "h1"));
  CHECK(screen.view.receive(history(5001, 5050, {}, true)).to_send.empty());
  CHECK(screen.shows("4998 messages vous ont échappé : /history les montre."));
  CHECK(screen.spoken().size() == 52);
  CHECK(screen.view.oldest_id() == 5001);
}

TEST_CASE("a catch-up that is refused loses nothing of what is there", "[chat][client]") {
  Screen screen;
  View& view = screen.view;
  view.receive(welcome_text("moi", "general", "h1"));
  view.receive(history(1, 1));
  view.receive(welcome_text("moi", "general", "h1"));
  CHECK(view.receive(history(9, 10, {}, true)).to_send.size() == 1);
  view.receive(error_text(ErrorCode::unknown_room, "", {}));  // of something else
  CHECK(screen.spoken() == from_zoe(1, 1));
  view.receive(error_text(ErrorCode::too_fast, missed_ref, 100));
  view.receive(said(11));
  auto expected = from_zoe(9, 11);
  expected.insert(expected.begin(), "Zoé: 1");
  CHECK(screen.spoken() == expected);
  CHECK(view.oldest_id() == 9);
}

TEST_CASE("a history that comes when one has left the room is not shown", "[chat][client]") {
  Screen screen;
  screen.view.receive(welcome_text("moi", "general", "h1"));
  screen.view.receive(people_text("tp", {"moi"}, 1));
  screen.view.receive(history(1, 5, {.before = 6}));
  CHECK(screen.spoken().empty());
}

TEST_CASE("the answer to a login is told, and a refusal is left to who asked", "[chat][client]") {
  Screen screen;
  View& view = screen.view;
  CHECK(view.receive(message_text("Bienvenue")).login == LoginAnswer::accepted);
  CHECK(screen.lines == std::vector<std::string>{"Bienvenue"});
  CHECK(view.receive(message_text("pseudo invalide")).login == LoginAnswer::refused);
  CHECK(view.receive(error_text(ErrorCode::name_taken, return_ref, {})).login == LoginAnswer::none);
  CHECK(view.receive(error_text(ErrorCode::too_fast, return_ref, 9)).login == LoginAnswer::refused);
  CHECK(screen.lines.size() == 1);
  CHECK(view.receive(message_text("Zoé: Bienvenue")).login == LoginAnswer::none);
  CHECK_FALSE(view.speaks_version1());
  view.receive(welcome_text("moi", "general", "h1"));
  CHECK(view.speaks_version1());
}

TEST_CASE("the lines of a message stay its own", "[chat][client]") {
  Screen screen;
  screen.view.receive(message_text("Zoé: un\n12:00 Luc: deux\n"));
  CHECK(screen.lines == std::vector<std::string>{"Zoé: un\n      | 12:00 Luc: deux\n      | "});
}

TEST_CASE("the client survives whatever a server sends, and so does the terminal",
          "[chat][client]") {
  std::string shown;
  View view(Colours::on, [&](const std::string& line) { shown += line; });
  for (const char* const text :
       {"", "[]", "{}", R"({"action":7})", R"({"action":"history","messages":[7,{}]})",
        R"({"action":"rooms","rooms":[7,null]})", R"({"action":"frames","frames":[7]})",
        R"({"action":"people"})", R"({"action":"welcome","user":7})", "\xff",
        R"({"action":"message","user":"a","id":-9223372036854775808})",
        R"({"action":"message","user":"a","id":9223372036854775807,"time":9223372036854775807})",
        R"({"action":"message","user":"a","id":9007199254740992})",
        R"({"action":"history","messages":[{"id":-9223372036854775808}],"more":true})"})
    view.receive(text);
  shown.clear();
  const std::string evil = R"(a\u001b]0;x\u0007: \u001b[2J\u009b2J\u202e)";
  view.receive(R"({"action":"message","message":")" + evil + R"("})");
  view.receive(R"({"action":"message","user":")" + evil + R"(","text":")" + evil + R"("})");
  view.receive(R"({"action":"rooms","rooms":[")" + evil + R"("]})");
  view.receive(R"({"action":"people","room":")" + evil + R"(","users":[")" + evil + R"("]})");
  view.receive(R"({"action":"joined","user":")" + evil + R"("})");
  view.receive(R"({"action":"error","message":")" + evil + R"("})");
  view.receive(R"({"action":"frames","frames":[{"head":")" + evil + R"("}]})");
  CHECK(shown.find("\x1b]") == std::string::npos);
  CHECK(shown.find("\x1b[2J") == std::string::npos);
  CHECK(shown.find('\x07') == std::string::npos);
  CHECK(shown.find("\xc2\x9b") == std::string::npos);
  CHECK(shown.find("\xe2\x80\xae") == std::string::npos);
  CHECK(shown.find(R"(\x1b[2J\u{009b}2J\u{202e})") != std::string::npos);
}
