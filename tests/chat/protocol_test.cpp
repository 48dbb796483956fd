// The protocol: what it reads and refuses.
#include "protocol.hpp"

#include <nlohmann/json.hpp>
#include <span>

#include "allowance.hpp"
#include "limits.hpp"
#include "support/catch.hpp"
#include "texts.hpp"

using namespace prise::chat;
using nlohmann::json;

namespace {

std::string utf8(char32_t point) {
  const auto byte = [](char32_t bits) { return static_cast<char>(bits); };
  if (point < 0x80) return {byte(point)};
  const char last = byte(0x80 | (point & 0x3F));
  const char third = byte(0x80 | ((point >> 6) & 0x3F));
  if (point < 0x800) return {byte(0xC0 | (point >> 6)), last};
  if (point < 0x10000) return {byte(0xE0 | (point >> 12)), third, last};
  return {byte(0xF0 | (point >> 18)), byte(0x80 | ((point >> 12) & 0x3F)), third, last};
}

std::optional<ErrorCode> refusal_of(const Request& request) {
  const auto* refused = std::get_if<Refused>(&request.action);
  return refused == nullptr ? std::nullopt : std::optional(refused->why);
}

}  // namespace

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
  struct Refusal {
    std::string text;
    ErrorCode code;
  };
  for (const Refusal& row : std::vector<Refusal>{
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

TEST_CASE("a login that cannot be read is one all the same", "[chat][protocol]") {
  struct BadLogin {
    std::string fields;
    ErrorCode fault;
    int version;  // with one, the answer is "pseudo invalide" and an error; without, as the notes'
  };
  for (const BadLogin& row : std::vector<BadLogin>{
           {"", ErrorCode::bad_field, 0},
           {R"(,"user":null)", ErrorCode::bad_field, 0},
           {R"(,"user":7,"version":1)", ErrorCode::bad_field, 1},
           {R"(,"user":"")", ErrorCode::bad_name, 0},
           {R"(,"user":"a:b")", ErrorCode::bad_name, 0},
           {R"(,"user":"a:b","version":7)", ErrorCode::bad_name, 1},
           {R"(,"user":"a","version":0)", ErrorCode::bad_field, 1},
           {R"(,"user":"a","version":"1")", ErrorCode::bad_field, 1},
           {R"(,"user":"a","room":{})", ErrorCode::bad_field, 1},
           {R"(,"user":"a","ref":7)", ErrorCode::bad_field, 1},
           {R"(,"user":"a","ref":")" + std::string(65, 'r') + R"(")", ErrorCode::bad_field, 1}}) {
    INFO(row.fields);
    const Request request = parse_request(R"({"action":"login")" + row.fields + "}");
    REQUIRE(std::holds_alternative<Login>(request.action));
    CHECK(std::get<Login>(request.action).fault == row.fault);
    CHECK(std::get<Login>(request.action).version == row.version);
  }
}

TEST_CASE("of what came too fast, the ref is found where that costs little", "[chat][protocol]") {
  CHECK(ref_of(R"({"action":"send_message","message":"a","ref":"r1"})") == "r1");
  CHECK(ref_of(R"({"action":"send_message","message":"a"})").empty());
  CHECK(ref_of(R"({"ref":7})").empty());
  CHECK(ref_of(R"(["ref"])").empty());
  CHECK(ref_of("{").empty());
  const auto long_one = [](std::size_t size) {
    return R"({"ref":"r1","message":")" + std::string(size - 25, 'a') + R"("})";
  };
  CHECK(ref_of(long_one(limits::too_fast_ref_bytes)) == "r1");
  CHECK(ref_of(long_one(limits::too_fast_ref_bytes + 1)).empty());
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
  const char32_t controls[] = {0x00, 0x0A, 0x7F, 0x85, 0x2028, 0x202E};
  const char32_t unseen[] = {0xAD,   0x034F, 0x061C, 0x115F,  0x1160,  0x17B4,  0x17B5,
                             0x180B, 0x180F, 0x200B, 0x200D,  0x200F,  0x202A,  0x2060,
                             0x2064, 0x206F, 0x2800, 0x3164,  0xFE00,  0xFE0F,  0xFEFF,
                             0xFFA0, 0xFFF9, 0xFFFB, 0x1D173, 0xE0000, 0xE0061, 0xE0FFF};
  // Accents that have their letters; half of a Korean syllable; an ohm that is an omega.
  const char32_t in_pieces[] = {0x0300, 0x0301, 0x0323, 0x036F, 0x0653, 0x1100, 0x11A8,
                                0x2126, 0x212A, 0x3099, 0xF900, 0xFB1D, 0x2F800};
  const auto all_are_refused = [](std::span<const char32_t> points) {
    for (const char32_t point : points) {
      INFO(std::hex << static_cast<std::uint32_t>(point));
      CHECK_FALSE(is_user_name("e" + utf8(point)));
      CHECK_FALSE(is_room_name("e" + utf8(point) + "e"));
    }
  };
  all_are_refused(controls);
  all_are_refused(unseen);
  all_are_refused(in_pieces);
  CHECK_FALSE(is_user_name(""));
  CHECK_FALSE(is_user_name("Zoé: oui"));
  // Bengali: the two signs are one, U+09CB.
  CHECK(is_user_name("ব" + utf8(0x09BE)));
  CHECK_FALSE(is_user_name("ব" + utf8(0x09C7) + utf8(0x09BE)));
  for (const std::string name : {"Zoé", "Ngọc Ánh", "Łukasz", "Νίκος", "محمد", "नमस्ते", "தமிழ்",
                                 "한국어", "ガギグ", "שלום", "🙂", "O'Neil"}) {
    INFO(name);
    CHECK(is_user_name(name));
  }
}

TEST_CASE("a name is tidied: white space around it goes, within it becomes one space",
          "[chat][protocol]") {
  CHECK(trimmed("\xc2\xa0 Zoé\t\n") == "Zoé");
  CHECK(trimmed("\xe3\x80\x80 ").empty());
  CHECK(tidy_name(" Jean\xc2\xa0 Paul ") == "Jean Paul");
  CHECK(tidy_name("Jean\xe2\x80\x89Paul\xe3\x80\x80") == "Jean Paul");
  CHECK(tidy_name(" \t").empty());
}

TEST_CASE("a message may hold what a name may not", "[chat][protocol]") {
  CHECK(judge_message("👩\xe2\x80\x8d🚀\tok\nla suite") == TextVerdict::good);
  CHECK(judge_message("e" + utf8(0x0301) + utf8(0xFE0F)) == TextVerdict::good);
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
