#include "protocol/websocket/url.hpp"

#include "support/catch.hpp"

using namespace prise::websocket;

TEST_CASE("an address gives host, port and resource", "[rfc6455][3]") {
  struct Row {
    const char* text;
    const char* host;
    std::uint16_t port;
    const char* resource;
    const char* host_field;
  };
  for (const Row& row : {Row{"ws://localhost:8765", "localhost", 8765, "/", "localhost:8765"},
                         Row{"ws://localhost", "localhost", 80, "/", "localhost"},
                         Row{"WS://localhost:80/a?b", "localhost", 80, "/a?b", "localhost"},
                         Row{"wss://example.com?q=/", "example.com", 443, "/?q=/", "example.com"},
                         Row{"wss://e:80/", "e", 80, "/", "e:80"},
                         Row{"ws://[::1]:8001/x", "::1", 8001, "/x", "[::1]:8001"},
                         Row{"ws://[::1]", "::1", 80, "/", "[::1]"}}) {
    CAPTURE(row.text);
    const auto url = parse_url(row.text);
    REQUIRE(url.has_value());
    CHECK(url->host == row.host);
    CHECK(url->port == row.port);
    CHECK(url->resource == row.resource);
    CHECK(target_of(*url).host == row.host_field);
    CHECK(target_of(*url).resource == row.resource);
  }
  CHECK(parse_url("wss://a")->scheme == Scheme::wss);
}

TEST_CASE("what is not the address of a WebSocket is refused", "[rfc6455][3]") {
  for (const char* text : {"", "localhost:8765", "http://localhost", "ws:localhost", "ws://",
                           "ws://:80", "ws://a:", "ws://a:0", "ws://a:65536", "ws://a:8x",
                           "ws://a:-1", "ws://a/#b", "ws://user@a/", "ws://a/ b", "ws://[::1",
                           "ws://[]", "ws://[::1]8001", "ws://a/\r\nX: y", "ws://\xC3\xA9/"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_url(text).has_value());
  }
}
