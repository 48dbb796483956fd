// The protocol: what it reads and refuses; and that document, schema and code say the same.
#include "protocol.hpp"

#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>

#include "allowance.hpp"
#include "limits.hpp"
#include "support/catch.hpp"
#include "texts.hpp"

using namespace prise::chat;
using nlohmann::json;

namespace {

std::string contents_of(const std::string& name) {
  std::ifstream file(std::string(PRISE_SOURCE_DIR "/examples/chat/") + name);
  REQUIRE(file);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::optional<ErrorCode> refusal_of(const Request& request) {
  const auto* refused = std::get_if<Refused>(&request.action);
  return refused == nullptr ? std::nullopt : std::optional(refused->why);
}

// The first column of the table under a heading of the document, without its backquotes.
std::set<std::string> first_column(const std::string& heading) {
  const std::string document = contents_of("PROTOCOL.md");
  const std::size_t begin = document.find(heading);
  REQUIRE(begin != std::string::npos);
  std::istringstream lines(document.substr(begin, document.find("\n## ", begin + 1) - begin));
  std::set<std::string> found;
  static const std::regex row(R"(^\| `([a-z_]+)` \|.*)");
  std::smatch match;
  for (std::string line; std::getline(lines, line);)
    if (std::regex_match(line, match, row)) found.insert(match[1]);
  return found;
}

// The actions of $defs/SIDE in the schema.
std::set<std::string> actions_in_schema(const std::string& side) {
  const json schema = json::parse(contents_of("protocol.schema.json"));
  std::set<std::string> found;
  for (const json& one : schema["$defs"][side]["oneOf"]) {
    const std::string name = one["$ref"].get<std::string>().substr(8);
    found.insert(schema["$defs"][name]["properties"]["action"]["const"]);
  }
  return found;
}

}  // namespace

TEST_CASE("the document's tables and the schema name the same actions", "[chat][protocol]") {
  CHECK(first_column("## Du client au serveur") == actions_in_schema("from_client"));
  CHECK(first_column("## Du serveur au client") == actions_in_schema("from_server"));
}

TEST_CASE("document, schema and server have the same error codes", "[chat][protocol]") {
  std::set<std::string> ours;
  std::size_t place = 0;
  for (const ErrorFacts& facts : all_errors()) {
    CHECK(static_cast<std::size_t>(facts.code) == place++);  // facts_of() counts on it
    ours.insert(std::string(facts.name));
  }
  CHECK(first_column("## Les erreurs") == ours);
  const json schema = json::parse(contents_of("protocol.schema.json"));
  CHECK(schema["$defs"]["error_code"]["enum"].get<std::set<std::string>>() == ours);
}

TEST_CASE("the schema has the server's limits, and the document names them", "[chat][protocol]") {
  const json expected{{"version", limits::version},
                      {"user_chars", limits::user_chars},
                      {"room_chars", limits::room_chars},
                      {"message_chars", limits::message_chars},
                      {"ref_chars", limits::ref_chars},
                      {"rooms", limits::rooms},
                      {"clients", limits::clients},
                      {"actions_per_second", limits::actions_per_second},
                      {"actions_in_a_row", limits::actions_in_a_row},
                      {"faults_in_a_row", limits::faults_in_a_row},
                      {"websocket_message_bytes", limits::websocket_message_bytes},
                      {"queue_bytes", limits::queue_bytes},
                      {"history_messages", limits::history_messages},
                      {"history_messages_default", limits::history_messages_default},
                      {"history_text_bytes", limits::history_text_bytes},
                      {"people", limits::people},
                      {"frame_payload_bytes_shown", limits::frame_payload_bytes_shown}};
  const json schema = json::parse(contents_of("protocol.schema.json"));
  CHECK(schema["x-limits"] == expected);
  CHECK(schema["$defs"]["user"]["maxLength"] == limits::user_chars);
  CHECK(schema["$defs"]["room_name"]["maxLength"] == limits::room_chars);
  CHECK(schema["$defs"]["text"]["maxLength"] == limits::message_chars);
  CHECK(schema["$defs"]["ref"]["maxLength"] == limits::ref_chars);
  CHECK(schema["$defs"]["people"]["properties"]["users"]["maxItems"] == limits::people);
  const std::string document = contents_of("PROTOCOL.md");
  for (const auto& [name, value] : expected.items()) {
    const bool in_kib = name == "history_text_bytes";
    const std::string number = in_kib ? "64 Kio" : std::to_string(value.get<int>());
    INFO(name << " is " << number);
    CHECK(document.find(number) != std::string::npos);
  }
}

TEST_CASE("the notes' requests are read as they are", "[chat][protocol]") {
  const Request login = parse_request(R"({"action": "login", "user": "AlphaXZero"})");
  CHECK(std::get<Login>(login.action).user == "AlphaXZero");
  CHECK(std::get<Login>(login.action).version == 0);
  const Request message = parse_request(R"({"action": "send_message", "message": " a\n\u00e9 "})");
  CHECK(std::get<SendMessage>(message.action).text == " a\né ");
  CHECK(std::get<CreateRoom>(parse_request(R"({"action":"create_room","room":" tp "})").action)
            .room == "tp");
  CHECK(std::get<JoinRoom>(parse_request(R"({"action":"join_room","room":"tp"})").action).room ==
        "tp");
}

TEST_CASE("what cannot be read is refused with its code", "[chat][protocol]") {
  const std::string deep(60'000, '[');
  struct Row {
    std::string text;
    ErrorCode code;
  };
  for (const Row& row : std::vector<Row>{
           {"", ErrorCode::bad_json},
           {"[]", ErrorCode::bad_json},
           {"{", ErrorCode::bad_json},
           {"\xff", ErrorCode::bad_json},
           {"{\"action\":\"\xff\"}", ErrorCode::bad_json},
           {R"({"action":"\ud800"})", ErrorCode::bad_json},
           {deep, ErrorCode::bad_json},
           {"{}", ErrorCode::unknown_action},
           {R"({"action":7})", ErrorCode::unknown_action},
           {R"({"action":"nope"})", ErrorCode::unknown_action},
           {R"({"action":"send_message"})", ErrorCode::bad_field},
           {R"({"action":"send_message","message":{}})", ErrorCode::bad_field},
           {R"({"action":"send_message","message":"a","ref":7})", ErrorCode::bad_field},
           {R"({"action":"send_message","message":"a","ref":")" + std::string(65, 'r') + R"("})",
            ErrorCode::bad_field},
           {R"({"action":"login","user":"a","version":0})", ErrorCode::bad_field},
           {R"({"action":"login","user":"a","version":"1"})", ErrorCode::bad_field},
           {R"({"action":"create_room","room":" "})", ErrorCode::bad_room},
           {R"({"action":"create_room","room":"a\u0000"})", ErrorCode::bad_room},
           {R"({"action":"send_message","message":" \n "})", ErrorCode::empty_message},
           {R"({"action":"send_message","message":"\u202e"})", ErrorCode::bad_message},
           {R"({"action":"get_history","before":0})", ErrorCode::bad_field},
           {R"({"action":"get_history","before":2,"after":1})", ErrorCode::bad_field},
           {R"({"action":"get_history","after":18446744073709551615})", ErrorCode::bad_field},
           {R"({"action":"get_history","limit":1.5})", ErrorCode::bad_field},
           {R"({"action":"watch_frames","on":1})", ErrorCode::bad_field}}) {
    INFO(row.text.substr(0, 100));
    CHECK(refusal_of(parse_request(row.text)) == row.code);
  }
}

TEST_CASE("names and messages are counted in characters, not in bytes", "[chat][protocol]") {
  std::string twenty, two_thousand;
  for (int i = 0; i < 20; ++i)
    twenty += "🙂";
  for (int i = 0; i < 2000; ++i)
    two_thousand += "é";
  CHECK(is_user_name(twenty));
  CHECK_FALSE(is_user_name(twenty + "a"));
  CHECK(judge_message(two_thousand) == TextVerdict::good);
  CHECK(judge_message(two_thousand + "a") == TextVerdict::too_long);
}

TEST_CASE("a name cannot pass for another one", "[chat][protocol]") {
  for (const std::string name : {"", "Zoé: oui", "a\nb", "a\x7f", "a\xc2\x85",
                                 "\xe2\x80\x8b"
                                 "a",
                                 "\xe2\x80\xae"
                                 "a",
                                 "\xef\xbb\xbf"
                                 "a"}) {
    INFO(name);
    CHECK_FALSE(is_user_name(name));
  }
  CHECK(trimmed("\xc2\xa0 Zoé\t\n") == "Zoé");
  CHECK(trimmed("\xe3\x80\x80 ").empty());
  CHECK(judge_message("👩\xe2\x80\x8d🚀\tok\nla suite") == TextVerdict::good);
}

TEST_CASE("an allowance lets so many through at once, then so many a second", "[chat]") {
  using namespace std::chrono_literals;
  Allowance::Time now{};
  Allowance allowance(10, 3, now);
  for (int i = 0; i < 3; ++i)
    CHECK_FALSE(allowance.take_one(now));
  const auto wait = allowance.take_one(now);
  REQUIRE(wait);
  CHECK(*wait > 90ms);
  CHECK(*wait < 110ms);
  now += *wait;
  CHECK_FALSE(allowance.take_one(now));
  CHECK(allowance.take_one(now));
  now += 1h;
  for (int i = 0; i < 3; ++i)
    CHECK_FALSE(allowance.take_one(now));
  CHECK(allowance.take_one(now));
}
