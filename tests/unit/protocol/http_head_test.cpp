#include "protocol/http_head.hpp"

#include <string>

#include "support/catch.hpp"

using namespace prise::protocol;

namespace {

const std::string request =
    "GET /chat?room=1 HTTP/1.1\r\n"
    "Host: server.example.com\r\n"
    "Connection: keep-alive, Upgrade\r\n"
    "connection:\t close \t\r\n"
    "X-Empty:\r\n"
    "\r\n";

using Outcome = HeadParse<RequestHead>::Outcome;

struct Bad {
  std::string bytes;  // all but the last are a good beginning
  HeadFault fault;
};

}  // namespace

TEST_CASE("a request's head is read whole, whatever follows it", "[rfc9112][3]") {
  for (const std::string& body :
       {std::string{}, std::string{"body\r\n\r\n"}, std::string(1, '\0')}) {
    const std::string bytes = request + body;
    const auto parse = parse_request_head(bytes);
    REQUIRE(parse.outcome == Outcome::value);
    CHECK(parse.head_bytes == request.size());
    CHECK(parse.head.method == "GET");
    CHECK(parse.head.target == "/chat?room=1");
    CHECK(parse.head.minor_version == 1);
    REQUIRE(parse.head.fields.size() == 4);
    CHECK(field_value(parse.head.fields, "HOST") == "server.example.com");
    CHECK(parse.head.fields[2].value == "close");
    CHECK(parse.head.fields[3].value.empty());
    CHECK(count_fields(parse.head.fields, "Connection") == 2);
    const auto items = list_items(parse.head.fields, "Connection");
    CHECK((items == std::vector<std::string_view>{"keep-alive", "Upgrade", "close"}));
  }
}

TEST_CASE("each beginning of a good head asks for more", "[rfc9112][2.1]") {
  for (std::size_t length = 0; length < request.size(); ++length)
    CHECK(parse_request_head(request.substr(0, length)).outcome == Outcome::more);
  const std::string response = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";
  for (std::size_t length = 0; length < response.size(); ++length)
    CHECK(parse_response_head(response.substr(0, length)).outcome ==
          HeadParse<ResponseHead>::Outcome::more);
}

TEST_CASE("a broken head is refused at the byte that breaks it", "[rfc9112][2.2]") {
  const auto row = GENERATE(values<Bad>({
      {"GET / HTTP/1.1\n", HeadFault::line_without_cr},
      {"GET / HTTP/1.1\rX", HeadFault::line_without_cr},
      {"\r\n", HeadFault::request_line_invalid},
      {"GET /\r\n", HeadFault::request_line_invalid},
      {"GET  / HTTP/1.1\r\n", HeadFault::request_line_invalid},
      {"GET / HTTP/1.1 \r\n", HeadFault::request_line_invalid},
      {" GET / HTTP/1.1\r\n", HeadFault::request_line_invalid},
      {"G(T / HTTP/1.1\r\n", HeadFault::request_line_invalid},
      {"GET /\xC3\xA9 HTTP/1.1\r\n", HeadFault::request_line_invalid},
      {"GET / http/1.1\r\n", HeadFault::request_line_invalid},
      {"GET / HTTP/1.10\r\n", HeadFault::request_line_invalid},
      {"GET / HTTP/x.1\r\n", HeadFault::request_line_invalid},
      {"GET / HTTP/2.0\r\n", HeadFault::version_unsupported},
      {std::string{"\x16"}, HeadFault::control_byte},  // a TLS client at the wrong port
      {std::string{"GET /\0", 6}, HeadFault::control_byte},
      {"GET / HTTP/1.1\r\nA: b\x7F", HeadFault::control_byte},
      {"GET / HTTP/1.1\r\nA: b\n", HeadFault::line_without_cr},
      {"GET / HTTP/1.1\r\n A: b\r\n", HeadFault::folded_line},
      {"GET / HTTP/1.1\r\nA: b\r\n\tc\r\n", HeadFault::folded_line},
      {"GET / HTTP/1.1\r\nA\r\n", HeadFault::field_without_colon},
      {"GET / HTTP/1.1\r\nA : b\r\n", HeadFault::field_name_invalid},
      {"GET / HTTP/1.1\r\n: b\r\n", HeadFault::field_name_invalid},
      {"GET / HTTP/1.1\r\nA\xC3\xA9: b\r\n", HeadFault::field_name_invalid},
  }));
  CAPTURE(row.bytes);
  for (const std::string& trailing :
       {std::string{}, std::string{"\r\n\r\n"}, std::string(99, 'a')}) {
    const auto parse = parse_request_head(row.bytes + trailing);
    CHECK(parse.outcome == Outcome::broken);
    CHECK(name_of(parse.fault) == name_of(row.fault));
  }
  for (std::size_t length = 0; length < row.bytes.size(); ++length)
    CHECK(parse_request_head(row.bytes.substr(0, length)).outcome == Outcome::more);
}

TEST_CASE("a head is refused when it passes its limits, whole or not", "[rfc6585][5]") {
  const HeadLimits exact{.head_bytes_max = request.size(), .fields_max = 4};
  CHECK(parse_request_head(request, exact).outcome == Outcome::value);
  CHECK(parse_request_head(request + "more", exact).outcome == Outcome::value);

  const HeadLimits short_by_one{.head_bytes_max = request.size() - 1, .fields_max = 4};
  CHECK(parse_request_head(request, short_by_one).fault == HeadFault::head_too_large);
  CHECK(parse_request_head(std::string(request.size() - 1, 'a'), short_by_one).fault ==
        HeadFault::head_too_large);
  CHECK(parse_request_head(std::string(request.size() - 2, 'a'), short_by_one).outcome ==
        Outcome::more);

  const HeadLimits few_fields{.head_bytes_max = 1000, .fields_max = 3};
  CHECK(parse_request_head(request, few_fields).fault == HeadFault::too_many_fields);
  CHECK(status_of(HeadFault::too_many_fields) == 431);
  CHECK(status_of(HeadFault::version_unsupported) == 505);
  CHECK(status_of(HeadFault::folded_line) == 400);
}

TEST_CASE("a response's first line has a version, three digits and a reason", "[rfc9112][4]") {
  const auto status = [](const std::string& line) {
    return parse_response_head(line + "\r\n\r\n").head.status;
  };
  CHECK(status("HTTP/1.1 101 Switching Protocols") == 101);
  CHECK(status("HTTP/1.1 426 ") == 426);
  CHECK(status("HTTP/1.0 200") == 200);
  for (const char* line : {"HTTP/1.1", "HTTP/1.1 ", "HTTP/1.1 10", "HTTP/1.1 1010", "HTTP/1.1  101",
                           "HTTP/1.1 1x1 No", "HTTP/1.1 099 No", "101 Switching", ""}) {
    CAPTURE(line);
    CHECK(parse_response_head(std::string{line} + "\r\n\r\n").fault ==
          HeadFault::status_line_invalid);
  }
  CHECK(parse_response_head("HTTP/2.0 101 No\r\n").fault == HeadFault::version_unsupported);
}

TEST_CASE("lists lose their blanks and their empty items", "[rfc9110][5.6.1]") {
  const HeaderFields fields{{"A", " a ,, b"}, {"B", "no"}, {"a", ","}, {"A", "c,"}, {"A", ""}};
  CHECK((list_items(fields, "a") == std::vector<std::string_view>{"a", "b", "c"}));
  CHECK(list_items(fields, "c").empty());
}

TEST_CASE("a token has no blanks, separators or bytes beyond ASCII", "[rfc9110][5.6.2]") {
  CHECK(is_token("chat"));
  CHECK(is_token("permessage-deflate"));
  CHECK(is_token("!#$%&'*+-.^_`|~09azAZ"));
  for (const char* text : {"", "a b", "a,b", "a/b", "\"a\"", "a=b", "\xC3\xA9", "a\t"})
    CHECK_FALSE(is_token(text));
}
