#include "protocol/websocket/handshake.hpp"

#include "protocol/websocket/accept_key.hpp"
#include "support/catch.hpp"

using namespace prise::websocket;
using prise::protocol::parse_request_head;
using prise::protocol::parse_response_head;

namespace {

constexpr const char* key = "dGhlIHNhbXBsZSBub25jZQ==";  // section 1.3
constexpr const char* accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

const std::string good_request =
    "GET /chat HTTP/1.1\r\n"
    "Host: server.example.com\r\n"
    "Upgrade: websocket\r\n"
    "Connection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Origin: http://example.com\r\n"
    "Sec-WebSocket-Protocol: chat, superchat\r\n"
    "Sec-WebSocket-Version: 13\r\n"
    "\r\n";

const std::string good_response =
    "HTTP/1.1 101 Switching Protocols\r\n"
    "Upgrade: websocket\r\n"
    "Connection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
    "Sec-WebSocket-Protocol: chat\r\n"
    "\r\n";

// A change to a good head: `line` (found by its beginning) becomes `becomes`; empty removes it.
struct Change {
  std::string line;
  std::string becomes;
  Rule rule;
};

std::string changed(std::string head, const Change& change) {
  const std::size_t begin = head.find(change.line);
  REQUIRE(begin != std::string::npos);
  const std::size_t end = head.find("\r\n", begin) + 2;
  return head.replace(begin, end - begin, change.becomes.empty() ? "" : change.becomes + "\r\n");
}

HandshakeJudgement judged_request(const std::string& head, const Config& config = {}) {
  const auto parse = parse_request_head(head);
  REQUIRE((parse.outcome == decltype(parse)::Outcome::value));
  return judge_request(parse.head, config);
}

HandshakeJudgement judged_response(const std::string& head, const Config& config) {
  const auto parse = parse_response_head(head);
  REQUIRE((parse.outcome == decltype(parse)::Outcome::value));
  return judge_response(parse.head, config, key);
}

Config speaking(std::vector<std::string> subprotocols) {
  Config config;
  config.subprotocols = std::move(subprotocols);
  return config;
}

}  // namespace

TEST_CASE("the accept key of the RFC's example", "[rfc6455][1.3]") {
  CHECK(accept_key(key) == accept);
  Nonce nonce{};
  for (std::size_t i = 0; i < nonce.size(); ++i)
    nonce[i] = static_cast<std::byte>(i + 1);
  CHECK(key_of(nonce) == "AQIDBAUGBwgJCgsMDQ4PEA==");  // section 4.2.2, item 5
  CHECK(is_key(key_of(nonce)));
  CHECK(is_key(key));
}

TEST_CASE("the example of the RFC is accepted, word for word", "[rfc6455][1.2][4.2.2]") {
  const auto parse = parse_request_head(good_request);
  const auto judgement = judge_request(parse.head, speaking({"chat"}));
  REQUIRE(judgement.rule == Rule::none);
  CHECK(judgement.agreement.subprotocol == "chat");
  CHECK(acceptance(key, judgement.agreement) == good_response);
  CHECK(judged_response(good_response, speaking({"chat"})).rule == Rule::none);
}

TEST_CASE("a server refuses what section 4.2.1 refuses", "[rfc6455][4.2.1]") {
  const auto row = GENERATE(values<Change>({
      {"GET", "POST /chat HTTP/1.1", Rule::method_not_get},
      {"GET", "get /chat HTTP/1.1", Rule::method_not_get},
      {"GET", "GET /chat HTTP/1.0", Rule::http_version_too_old},
      {"Origin", "Content-Length: 3", Rule::request_has_body},
      {"Origin", "Content-Length: 0\r\ncontent-length: 1", Rule::request_has_body},
      {"Origin", "Transfer-Encoding: chunked", Rule::request_has_body},
      {"Host", "", Rule::host_missing},
      {"Host", "Host: a\r\nhost: a", Rule::host_repeated},
      {"Upgrade", "", Rule::upgrade_missing},
      {"Upgrade", "Upgrade: h2c", Rule::upgrade_not_websocket},
      {"Upgrade", "Upgrade: websockets", Rule::upgrade_not_websocket},
      {"Connection", "", Rule::connection_without_upgrade},
      {"Connection", "Connection: keep-alive", Rule::connection_without_upgrade},
      {"Sec-WebSocket-Key", "", Rule::key_missing},
      {"Sec-WebSocket-Key", "Sec-WebSocket-Key:", Rule::key_not_16_bytes},
      {"Sec-WebSocket-Key", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j", Rule::key_not_16_bytes},
      {"Sec-WebSocket-Key", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=", Rule::key_not_16_bytes},
      {"Sec-WebSocket-Key", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZR==", Rule::key_not_16_bytes},
      {"Sec-WebSocket-Key", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZSE=", Rule::key_not_16_bytes},
      {"Sec-WebSocket-Key", "Sec-WebSocket-Key: dGhlIHNhbXBs_SBub25jZQ==", Rule::key_not_16_bytes},
      {"Sec-WebSocket-Key",
       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
       Rule::key_repeated},
      {"Sec-WebSocket-Version", "", Rule::version_missing},
      {"Sec-WebSocket-Version", "Sec-WebSocket-Version: 8", Rule::version_unsupported},
      {"Sec-WebSocket-Version", "Sec-WebSocket-Version: 13, 8", Rule::version_unsupported},
      {"Sec-WebSocket-Version", "Sec-WebSocket-Version: 013", Rule::version_unsupported},
      {"Sec-WebSocket-Version", "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Version: 13",
       Rule::version_repeated},
      {"Sec-WebSocket-Protocol", "Sec-WebSocket-Protocol: a b", Rule::subprotocols_malformed},
      {"Sec-WebSocket-Protocol", "Sec-WebSocket-Protocol: a, b, a", Rule::subprotocols_malformed},
      {"Origin", "Sec-WebSocket-Extensions: a;;b", Rule::extensions_malformed},
      {"Origin", "Sec-WebSocket-Extensions: a; b=\"c d\"", Rule::extensions_malformed},
      {"Origin", "Sec-WebSocket-Extensions: a b", Rule::extensions_malformed},
      {"Origin", "Sec-WebSocket-Extensions: a; b=", Rule::extensions_malformed},
      {"Origin", "Sec-WebSocket-Extensions: a; b=,c", Rule::extensions_malformed},
      {"Origin", "Sec-WebSocket-Extensions: =", Rule::extensions_malformed},
      {"Origin", "Sec-WebSocket-Extensions: a; b=\"c", Rule::extensions_malformed},
      {"Origin", "Sec-WebSocket-Extensions: a; b=\"\\", Rule::extensions_malformed},
  }));
  CAPTURE(row.line, row.becomes);
  const auto judgement = judged_request(changed(good_request, row));
  CHECK(facts_of(judgement.rule).name == facts_of(row.rule).name);
  CHECK(facts_of(row.rule).http_status >= 400);
}

TEST_CASE("a server accepts what browsers and proxies really send", "[rfc6455][4.2.1]") {
  const auto row = GENERATE(values<Change>({
      {"Connection", "Connection: keep-alive, Upgrade", Rule::none},
      {"Connection", "Connection: keep-alive\r\nconnection: uPGRADE", Rule::none},
      {"Connection", "Connection: Upgrade,", Rule::none},
      {"Upgrade", "Upgrade: WebSocket", Rule::none},
      {"Upgrade", "Upgrade: h2c, websocket", Rule::none},
      {"GET", "GET http://server.example.com/chat?a=b HTTP/1.1", Rule::none},
      {"Host", "Host:", Rule::none},
      {"Origin", "Content-Length: 0", Rule::none},
      {"Origin", "Sec-WebSocket-Extensions: x-webkit-deflate-frame", Rule::none},
      {"Sec-WebSocket-Protocol", "", Rule::none},
      {"Sec-WebSocket-Protocol", "sec-websocket-PROTOCOL: a,b\r\nSec-WebSocket-Protocol: c",
       Rule::none},
  }));
  CAPTURE(row.becomes);
  CHECK(judged_request(changed(good_request, row)).rule == Rule::none);
}

TEST_CASE("a client refuses what section 4.1 refuses", "[rfc6455][4.1]") {
  const auto row = GENERATE(values<Change>({
      {"HTTP", "HTTP/1.1 200 OK", Rule::status_not_101},
      {"HTTP", "HTTP/1.0 101 Switching Protocols", Rule::status_not_101},
      {"HTTP", "HTTP/1.1 302 Found", Rule::status_not_101},
      {"Upgrade", "", Rule::upgrade_missing},
      {"Upgrade", "Upgrade: h2c", Rule::upgrade_not_websocket},
      {"Upgrade", "Upgrade: websocket, h2c", Rule::upgrade_not_websocket},
      {"Connection", "", Rule::connection_without_upgrade},
      {"Connection", "Connection: close", Rule::connection_without_upgrade},
      {"Sec-WebSocket-Accept", "", Rule::accept_missing},
      {"Sec-WebSocket-Accept",
       "Sec-WebSocket-Accept: S3pPLMBiTxaQ9kYGzzhZRbK+xOo=", Rule::accept_wrong},
      {"Sec-WebSocket-Accept",
       "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
       "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
       Rule::accept_repeated},
      {"Sec-WebSocket-Protocol", "Sec-WebSocket-Protocol: other", Rule::subprotocol_not_offered},
      {"Sec-WebSocket-Protocol", "Sec-WebSocket-Protocol: chat, superchat",
       Rule::subprotocol_not_offered},
      {"Sec-WebSocket-Protocol", "Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Protocol: chat",
       Rule::subprotocol_repeated},
      {"Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions: permessage-deflate",
       Rule::extension_not_offered},
      {"Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions: ;", Rule::extensions_malformed},
  }));
  CAPTURE(row.becomes);
  const auto judgement =
      judged_response(changed(good_response, row), speaking({"chat", "superchat"}));
  CHECK(facts_of(judgement.rule).name == facts_of(row.rule).name);
}

TEST_CASE("a client refuses the same extension twice", "[rfc7692][5.1]") {
  Config config = speaking({"chat"});
  config.deflate.emplace();
  const auto rule_with = [&](const std::string& field) {
    const Change change{"Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions: " + field, Rule::none};
    return judged_response(changed(good_response, change), config).rule;
  };
  CHECK(rule_with("permessage-deflate") == Rule::none);
  CHECK(rule_with("permessage-deflate, permessage-deflate") == Rule::extension_parameters_wrong);
  CHECK(rule_with("permessage-deflate; unknown") == Rule::extension_parameters_wrong);
  CHECK(rule_with("permessage-deflate, x") == Rule::extension_not_offered);
}

TEST_CASE("a client takes the same answer in other spellings", "[rfc6455][4.1]") {
  for (const Change& change : {Change{"Upgrade", "upgrade: WebSocket", Rule::none},
                               Change{"Connection", "connection: foo, upgrade", Rule::none},
                               Change{"HTTP", "HTTP/1.1 101 ", Rule::none},
                               Change{"Sec-WebSocket-Protocol", "", Rule::none}}) {
    CAPTURE(change.becomes);
    CHECK(judged_response(changed(good_response, change), speaking({"chat"})).rule == Rule::none);
  }
}

TEST_CASE("the server's taste picks the subprotocol", "[rfc6455][4.2.2]") {
  CHECK(judged_request(good_request, speaking({"superchat", "chat"})).agreement.subprotocol ==
        "superchat");
  CHECK(judged_request(good_request, speaking({"other", "chat"})).agreement.subprotocol == "chat");
  CHECK(judged_request(good_request, speaking({"other"})).agreement.subprotocol.empty());
  CHECK(judged_request(good_request, speaking({"Chat"})).agreement.subprotocol.empty());
}

TEST_CASE("only pages of the listed origins connect", "[rfc6455][10.2]") {
  Config config;
  config.origins_allowed = {"https://other.example", "http://example.com"};
  CHECK(judged_request(good_request, config).rule == Rule::none);
  const auto rule_with = [&](const std::string& becomes) {
    return judged_request(changed(good_request, {"Origin", becomes, Rule::none}), config).rule;
  };
  CHECK(rule_with("") == Rule::none);
  CHECK(rule_with("Origin: http://example.com.evil.example") == Rule::origin_not_allowed);
  CHECK(rule_with("Origin: null") == Rule::origin_not_allowed);
  CHECK(rule_with("Origin: http://example.com:8080") == Rule::origin_not_allowed);
  CHECK(rule_with("Origin: http://example.com\r\nOrigin: http://evil") == Rule::origin_repeated);
}

TEST_CASE("a refusal is a whole HTTP answer, and 426 names the version", "[rfc6455][4.4]") {
  CHECK(refusal(Rule::version_unsupported, 426) ==
        "HTTP/1.1 426 Upgrade Required\r\n"
        "Upgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Length: 35\r\n"
        "Connection: close\r\n"
        "\r\n"
        "version_unsupported (RFC 6455 4.4)\n");
  CHECK(refusal(Rule::method_not_get, 405).find("\r\nAllow: GET\r\n") != std::string::npos);
  CHECK(plain_response(404, "", "no", "") ==
        "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno");
  CHECK(plain_response(200, "text/css", "p{}", "Cache-Control: no-cache\r\n")
            .find("\r\nCache-Control: no-cache\r\n") != std::string::npos);
}

TEST_CASE("what a client asks is what a server accepts", "[rfc6455][4.1]") {
  Config config = speaking({"chat", "superchat"});
  config.deflate.emplace();
  Target target{"localhost:8765", "/a?b", "http://example.com", {{"Cookie", "a=b"}}};
  const std::string request = upgrade_request(target, config, key);
  CHECK(request ==
        "GET /a?b HTTP/1.1\r\n"
        "Host: localhost:8765\r\n"
        "Upgrade: websocket\r\n"
        "Connection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Version: 13\r\n"
        "Origin: http://example.com\r\n"
        "Sec-WebSocket-Protocol: chat, superchat\r\n"
        "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
        "Cookie: a=b\r\n"
        "\r\n");
  const auto parse = parse_request_head(request);
  const auto judgement = judge_request(parse.head, config);
  REQUIRE(judgement.rule == Rule::none);
  CHECK(judgement.agreement.deflate.has_value());
  const std::string response = acceptance(key, judgement.agreement);
  const auto agreed = judged_response(response, config);
  CHECK(agreed.rule == Rule::none);
  CHECK((agreed.agreement.deflate == judgement.agreement.deflate));
}
