#include "protocol/framing.hpp"

#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"

using namespace prise::protocol;

namespace {

// Everything a decoder says, in order: messages, and at the end why it stopped.
struct Heard {
  std::vector<std::string> messages;
  Decoded last = Decoded::more;
  std::string unfinished;

  bool operator==(const Heard&) const = default;
};

template <class Decoder>
void take_all(Decoder& decoder, Heard& heard) {
  std::string_view message;
  while ((heard.last = decoder.next(message)) == Decoded::message)
    heard.messages.emplace_back(message);
  heard.unfinished = decoder.unfinished();
}

// The bytes in two pieces, cut at every place; or one by one.
template <class Decoder>
Heard heard_in_two(std::size_t bytes_max, std::string_view bytes, std::size_t cut) {
  Decoder decoder(bytes_max);
  Heard heard;
  for (const std::string_view piece : {bytes.substr(0, cut), bytes.substr(cut)}) {
    decoder.receive(piece);
    take_all(decoder, heard);
    if (heard.last == Decoded::too_long) break;
  }
  return heard;
}

template <class Decoder>
Heard heard_byte_by_byte(std::size_t bytes_max, std::string_view bytes) {
  Decoder decoder(bytes_max);
  Heard heard;
  for (std::size_t i = 0; i < bytes.size() && heard.last != Decoded::too_long; ++i) {
    decoder.receive(bytes.substr(i, 1));
    take_all(decoder, heard);
  }
  return heard;
}

template <class Decoder>
void check_in_any_pieces(std::size_t bytes_max, std::string_view bytes, const Heard& expected) {
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    INFO("cut after " << cut << " of " << bytes.size() << " bytes");
    const Heard heard = heard_in_two<Decoder>(bytes_max, bytes, cut);
    CHECK(heard.messages == expected.messages);
    CHECK(heard.last == expected.last);
    if (expected.last == Decoded::more) CHECK(heard.unfinished == expected.unfinished);
  }
  const Heard heard = heard_byte_by_byte<Decoder>(bytes_max, bytes);
  CHECK(heard.messages == expected.messages);
  CHECK(heard.last == expected.last);
}

std::string prefixed(std::string_view payload) {
  std::string bytes;
  append_length_prefixed(bytes, payload);
  return bytes;
}

using namespace std::literals;
using Strings = std::vector<std::string>;

}  // namespace

TEST_CASE("lines come out whole, in whatever pieces they arrive", "[framing][line]") {
  check_in_any_pieces<LineDecoder>(100, "Salut !\nçava ?\n\nfin\n",
                                   {{"Salut !", "çava ?", "", "fin"}, Decoded::more, ""});
}

TEST_CASE("a line whose end is missing waits, and is named when the stream ends",
          "[framing][line]") {
  check_in_any_pieces<LineDecoder>(100, "one\ntw", {{"one"}, Decoded::more, "tw"});
  check_in_any_pieces<LineDecoder>(100, "one\r", {{}, Decoded::more, "one\r"});
  check_in_any_pieces<LineDecoder>(100, "", {{}, Decoded::more, ""});
}

TEST_CASE("the CR of a CRLF belongs to the end of the line, any other to the line",
          "[framing][line]") {
  check_in_any_pieces<LineDecoder>(100, "a\r\n\r\nb\rc\n\r\r\n\rd\n",
                                   {{"a", "", "b\rc", "\r", "\rd"}, Decoded::more, ""});
}

TEST_CASE("a NUL byte is a byte like another", "[framing][line]") {
  check_in_any_pieces<LineDecoder>(100, "a\0b\n\0\n"sv, {{"a\0b"s, "\0"s}, Decoded::more, ""});
}

TEST_CASE("a line may be as long as the limit and not one byte longer", "[framing][line]") {
  check_in_any_pieces<LineDecoder>(3, "abc\nabc\r\n", {{"abc", "abc"}, Decoded::more, ""});
  check_in_any_pieces<LineDecoder>(3, "abc\nabcd\n", {{"abc"}, Decoded::too_long, ""});
  check_in_any_pieces<LineDecoder>(3, "abc\nabcd\r\n", {{"abc"}, Decoded::too_long, ""});
  check_in_any_pieces<LineDecoder>(0, "\n\r\n", {{"", ""}, Decoded::more, ""});
  check_in_any_pieces<LineDecoder>(0, "a\n", {{}, Decoded::too_long, ""});
}

TEST_CASE("a line that is too long is judged before its end comes", "[framing][line]") {
  LineDecoder decoder(10);
  std::string_view line;
  decoder.receive("0123456789");
  CHECK(decoder.next(line) == Decoded::more);
  decoder.receive("01");
  CHECK(decoder.next(line) == Decoded::too_long);
  CHECK(decoder.next(line) == Decoded::too_long);
  decoder.receive("\nafter\n");
  CHECK(decoder.next(line) == Decoded::too_long);  // final: what follows is never taken for a line
}

TEST_CASE("many lines that arrived together are views that nothing moves", "[framing][line]") {
  constexpr std::size_t count = 100'000;
  std::string bytes;
  for (std::size_t i = 0; i < count; ++i)
    append_line(bytes, "ab");
  LineDecoder decoder(100);
  decoder.receive(bytes);
  std::string_view line, first;
  for (std::size_t i = 0; i < count; ++i) {
    REQUIRE(decoder.next(line) == Decoded::message);
    if (i == 0) first = line;
    REQUIRE(line.data() == first.data() + 3 * i);  // an erase after each would cost count² moves
  }
  CHECK(decoder.next(line) == Decoded::more);
}

TEST_CASE("the part of a line that was searched is not searched again", "[framing][line]") {
  LineDecoder decoder(1 << 20);
  std::string_view line;
  decoder.receive("a long line in small pieces");
  REQUIRE(decoder.next(line) == Decoded::more);
  // An end of line planted behind the decoder's back is found only by one who starts over. (The
  // bytes belong to a std::string of the decoder's, which is not const.)
  const_cast<char&>(decoder.unfinished()[5]) = '\n';
  decoder.receive(", and its end\n");
  REQUIRE(decoder.next(line) == Decoded::message);
  CHECK(line == "a lon\n line in small pieces, and its end");
}

TEST_CASE("a decoder forgets what it has handed out", "[framing]") {
  LineDecoder lines(100);
  LengthDecoder lengths(100);
  std::string_view message;
  for (int i = 0; i < 1000; ++i) {
    lines.receive("0123456789\n");
    lengths.receive(prefixed("0123456789"));
    REQUIRE(lines.next(message) == Decoded::message);
    REQUIRE(lengths.next(message) == Decoded::message);
    REQUIRE(lines.unfinished().empty());
    REQUIRE(lengths.unfinished().empty());
  }
}

TEST_CASE("append_line ends the line and keeps what is there", "[framing][line]") {
  std::string bytes = "before\n";
  append_line(bytes, "Salut !");
  append_line(bytes, "");
  CHECK(bytes == "before\nSalut !\n\n");
}

TEST_CASE("a length is four bytes, the most significant first", "[framing][length]") {
  CHECK(prefixed("abc") == "\0\0\0\3abc"sv);
  CHECK(prefixed("") == "\0\0\0\0"sv);
  CHECK(prefixed(std::string(0x010203, 'x')).substr(0, 4) == "\0\1\2\3"sv);
}

TEST_CASE("prefixed messages come out whole, in whatever pieces they arrive", "[framing][length]") {
  const std::string long_one(300, 'x'), signed_one(200, 'y');  // 200: a byte over 127
  check_in_any_pieces<LengthDecoder>(
      300,
      prefixed("Salut !") + prefixed("") + prefixed("\n\0\xff"sv) + prefixed(long_one) +
          prefixed(signed_one),
      {{"Salut !", "", "\n\0\xff"s, long_one, signed_one}, Decoded::more, ""});
}

TEST_CASE("a message or a length whose end is missing waits", "[framing][length]") {
  check_in_any_pieces<LengthDecoder>(100, "\0\0\0\5abcd"sv, {{}, Decoded::more, "\0\0\0\5abcd"s});
  check_in_any_pieces<LengthDecoder>(100, "\0\0\0\1a\0\0"sv, {{"a"}, Decoded::more, "\0\0"s});
}

TEST_CASE("a payload may be as long as the limit and not one byte longer", "[framing][length]") {
  check_in_any_pieces<LengthDecoder>(3, "\0\0\0\3abc"sv, {{"abc"}, Decoded::more, ""});
  check_in_any_pieces<LengthDecoder>(3, "\0\0\0\4abcd"sv, {{}, Decoded::too_long, ""});
  check_in_any_pieces<LengthDecoder>(0, "\0\0\0\0"sv, {{""}, Decoded::more, ""});
}

TEST_CASE("a length over the limit is judged on the prefix alone", "[framing][length]") {
  for (const std::string_view prefix :
       {"\0\0\0\x65"sv, "\0\0\1\0"sv, "\x7f\xff\xff\xff"sv, "\x80\0\0\0"sv, "\xff\xff\xff\xff"sv}) {
    LengthDecoder decoder(100);
    std::string_view payload;
    decoder.receive(prefix.substr(0, 3));
    CHECK(decoder.next(payload) == Decoded::more);
    decoder.receive(prefix.substr(3));
    CHECK(decoder.next(payload) == Decoded::too_long);
    decoder.receive(std::string(1000, 'x'));
    CHECK(decoder.next(payload) == Decoded::too_long);
  }
}

TEST_CASE("many prefixed messages that arrived together are views that nothing moves",
          "[framing][length]") {
  constexpr std::size_t count = 100'000;
  std::string bytes;
  for (std::size_t i = 0; i < count; ++i)
    append_length_prefixed(bytes, "ab");
  LengthDecoder decoder(100);
  decoder.receive(bytes);
  std::string_view payload, first;
  for (std::size_t i = 0; i < count; ++i) {
    REQUIRE(decoder.next(payload) == Decoded::message);
    if (i == 0) first = payload;
    REQUIRE(payload.data() == first.data() + 6 * i);
  }
}
