// PROTOCOL.md, protocol.schema.json and the server say the same. (That the document's examples fit
// the schema: server_test.py.)
#include <fmt/core.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "limits.hpp"
#include "protocol.hpp"
#include "support/catch.hpp"

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

using Row = std::vector<std::string>;

// The rows of the table under a heading of the document, without its head; each cell as it is.
std::vector<Row> table(const std::string& heading) {
  const std::string document = contents_of("PROTOCOL.md");
  const std::size_t begin = document.find(heading);
  REQUIRE(begin != std::string::npos);
  std::istringstream lines(document.substr(begin, document.find("\n## ", begin + 1) - begin));
  std::vector<Row> rows;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("|---")) rows.clear();
    if (!line.starts_with("| ")) continue;
    Row& row = rows.emplace_back();
    for (std::size_t at = 2; at < line.size();) {
      const std::size_t end = line.find(" |", at);
      row.push_back(line.substr(at, end - at));
      at = end + 3;
    }
  }
  return rows;
}

// A table's first column, without its backquotes.
std::set<std::string> first_column(const std::string& heading) {
  std::set<std::string> found;
  for (const Row& row : table(heading))
    found.insert(row[0].substr(1, row[0].size() - 2));
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

TEST_CASE("document, schema and server have the same errors, in the same words",
          "[chat][protocol]") {
  json ours = json::object();
  json codes = json::array();
  std::vector<Row> rows;
  for (const ErrorFacts& facts : all_errors()) {
    CHECK(static_cast<std::size_t>(facts.code) == codes.size());  // facts_of() counts on it
    codes.push_back(facts.name);
    ours[std::string(facts.name)] = facts.message;
    rows.push_back({"`" + std::string(facts.name) + "`", std::string(facts.message)});
  }
  const json schema = json::parse(contents_of("protocol.schema.json"));
  CHECK(schema["$defs"]["error_code"]["enum"] == codes);
  CHECK(schema["x-errors"] == ours);
  std::vector<Row> documented = table("## Les erreurs");
  for (Row& row : documented)
    row.pop_back();
  CHECK(documented == rows);
}

TEST_CASE("the errors' texts are set as French is", "[chat][protocol]") {
  for (const ErrorFacts& facts : all_errors()) {
    const std::string text(facts.message);
    INFO(text);
    CHECK(text.find('\'') == std::string::npos);
    for (const char* const sign : {":", ";", "!", "?"})
      CHECK(text.find(std::string(" ") + sign) == std::string::npos);
    CHECK(text.ends_with('.'));
  }
}

TEST_CASE("the schema has the server's limits", "[chat][protocol]") {
  const json expected{{"version", limits::version},
                      {"user_chars", limits::user_chars},
                      {"room_chars", limits::room_chars},
                      {"message_chars", limits::message_chars},
                      {"ref_chars", limits::ref_chars},
                      {"too_fast_ref_bytes", limits::too_fast_ref_bytes},
                      {"rooms", limits::rooms},
                      {"clients", limits::clients},
                      {"actions_per_second", limits::actions_per_second},
                      {"actions_in_a_row", limits::actions_in_a_row},
                      {"faults_in_a_row", limits::faults_in_a_row},
                      {"faults_per_second", limits::faults_per_second},
                      {"until_login_minutes", limits::until_login.count()},
                      {"websocket_message_bytes", limits::websocket_message_bytes},
                      {"queue_bytes", limits::queue_bytes},
                      {"history_messages", limits::history_messages},
                      {"history_messages_default", limits::history_messages_default},
                      {"history_text_bytes", limits::history_text_bytes},
                      {"people", limits::people},
                      {"frame_payload_bytes_shown", limits::frame_payload_bytes_shown},
                      {"frames_at_once", limits::frames_at_once}};
  const json schema = json::parse(contents_of("protocol.schema.json"));
  CHECK(schema["x-limits"] == expected);
  const json& defs = schema["$defs"];
  CHECK(defs["user"]["maxLength"] == limits::user_chars);
  CHECK(defs["room_name"]["maxLength"] == limits::room_chars);
  CHECK(defs["text"]["maxLength"] == limits::message_chars);
  CHECK(defs["ref"]["maxLength"] == limits::ref_chars);
  CHECK(defs["people"]["properties"]["users"]["maxItems"] == limits::people);
  CHECK(defs["history"]["properties"]["messages"]["maxItems"] == limits::history_messages);
  CHECK(defs["frames"]["properties"]["frames"]["maxItems"] == limits::frames_at_once);
  CHECK(defs["frame"]["properties"]["payload"]["pattern"] ==
        fmt::format("^([0-9a-f]{{2}}){{0,{}}}$", limits::frame_payload_bytes_shown));
  for (const char* const numbered : {"welcome", "health"})
    CHECK(defs[numbered]["properties"]["version"]["const"] == limits::version);
}

TEST_CASE("each row of the document's limits, and each limit in its text, is the server's",
          "[chat][protocol]") {
  const auto chars = [](std::size_t count) { return fmt::format("{} caractères", count); };
  const auto bytes = [](std::size_t count) { return fmt::format("{} octets", count); };
  const std::vector<Row> expected{
      {"pseudo", chars(limits::user_chars)},
      {"nom de salon", chars(limits::room_chars)},
      {"message", chars(limits::message_chars)},
      {"salons", fmt::format("{} (`--rooms`)", limits::rooms)},
      {"clients", fmt::format("{} (`--clients`)", limits::clients)},
      {"actions d'un client", fmt::format("{} par seconde, {} d'affilée (`--rate`)",
                                          limits::actions_per_second, limits::actions_in_a_row)},
      {"fautes d'un client", fmt::format("{} d'affilée\u00a0; {} par seconde est pardonnée",
                                         limits::faults_in_a_row, limits::faults_per_second)},
      {"connecté sans pseudo", fmt::format("{} minutes", limits::until_login.count())},
      {"message WebSocket", bytes(limits::websocket_message_bytes)},
      {"en attente pour un client qui ne lit pas", bytes(limits::queue_bytes)},
      {"page d'historique", fmt::format("{} messages ({} par défaut)", limits::history_messages,
                                        limits::history_messages_default)},
      {"trames d'un `frames`", fmt::format("{}", limits::frames_at_once)},
      {"`ref`", chars(limits::ref_chars)},
      {"message dont `too_fast` rend le `ref`", bytes(limits::too_fast_ref_bytes)}};
  std::vector<Row> documented = table("## Les noms et les limites");
  for (Row& row : documented)
    row.pop_back();
  CHECK(documented == expected);
  const std::string document = contents_of("PROTOCOL.md");
  for (const std::string& sentence :
       {fmt::format("# Le protocole du chat, version {}", limits::version),
        fmt::format("texte UTF-8 de {} Kio au plus", limits::websocket_message_bytes / 1024),
        fmt::format("un texte de {} caractères au plus", limits::ref_chars),
        fmt::format("dépasse {} octets", limits::too_fast_ref_bytes),
        fmt::format("dans l'ordre d'arrivée, {} au plus", limits::people),
        fmt::format("dépassent ensemble {} Kio", limits::history_text_bytes / 1024),
        fmt::format("(les {} derniers)", limits::history_messages_default),
        fmt::format("les {} premiers octets", limits::frame_payload_bytes_shown),
        fmt::format("plus de {} octets", limits::websocket_message_bytes)}) {
    INFO(sentence);
    CHECK(document.find(sentence) != std::string::npos);
  }
}

TEST_CASE("the document's table of closes has the schema's codes", "[chat][protocol]") {
  std::set<int> codes;
  for (const Row& row : table("## Les fermetures")) {
    std::istringstream cell(row[0]);
    for (std::string code; std::getline(cell, code, ',');)
      codes.insert(std::stoi(code));
  }
  const json schema = json::parse(contents_of("protocol.schema.json"));
  CHECK(schema["x-closes"].get<std::set<int>>() == codes);
}
