#include "visible_text.hpp"

#include "support/catch.hpp"

using prise::visible_text;
using namespace std::literals;

TEST_CASE("text that is text stays as it is", "[console]") {
  for (const std::string_view text :
       {"", "Salut !", "reçu : « été »", "日本語", "😀 \u0301", "~\"'\\", "\u00a0", "\ufffd",
        "\U0010ffff", "\xed\x9f\xbf", "\xee\x80\x80"})
    CHECK(visible_text(text) == text);
}

TEST_CASE("control characters are shown, not sent", "[console]") {
  CHECK(visible_text("a\nb\rc\td") == "a\\nb\\rc\\td");
  CHECK(visible_text("\0"sv) == "\\x00");
  CHECK(visible_text("\x1b[2J\x1b]0;owned\x07") == "\\x1b[2J\\x1b]0;owned\\x07");
  CHECK(visible_text("\x7f\b") == "\\x7f\\x08");
  CHECK(visible_text("\u009b31m") == "\\u{009b}31m");  // CSI as one character
}

TEST_CASE("characters that turn the direction or end the line are shown", "[console]") {
  CHECK(visible_text("\u202eabc") == "\\u{202e}abc");
  CHECK(visible_text("\u2066\u2069") == "\\u{2066}\\u{2069}");
  CHECK(visible_text("\u2028\u2029") == "\\u{2028}\\u{2029}");
}

TEST_CASE("bytes that are not UTF-8 are shown one by one", "[console]") {
  struct Row {
    std::string_view bytes, shown;
  };
  for (const Row& row :
       {Row{"caf\xe9", "caf\\xe9"},              // Latin-1
        Row{"\xc3", "\\xc3"},                    // cut in the middle
        Row{"\xe2\x82", "\\xe2\\x82"},           //
        Row{"\xf0\x9f\x98", "\\xf0\\x9f\\x98"},  //
        Row{"\x80\xbf", "\\x80\\xbf"},           // continuations alone
        Row{"\xc0\xaf", "\\xc0\\xaf"},           // overlong
        Row{"\xe0\x80\xaf", "\\xe0\\x80\\xaf"},  //
        Row{"\xf0\x80\x80\xaf", "\\xf0\\x80\\x80\\xaf"},
        Row{"\xed\xa0\x80", "\\xed\\xa0\\x80"},                 // a surrogate
        Row{"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},        // beyond U+10FFFF
        Row{"\xff\xfe", "\\xff\\xfe"}, Row{"\xc3(", "\\xc3("},  // the next byte is not eaten
        Row{"\xe2\x82\xac\xe2\x82", "€\\xe2\\x82"}})
    CHECK(visible_text(row.bytes) == row.shown);
}

TEST_CASE("no byte and no pair of bytes leaves a raw control behind", "[console]") {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string shown =
          visible_text(std::string{static_cast<char>(first), static_cast<char>(second)});
      REQUIRE(visible_text(shown) == shown);
      for (const char byte : shown)
        REQUIRE(static_cast<unsigned char>(byte) >= 0x20);
    }
  }
}
