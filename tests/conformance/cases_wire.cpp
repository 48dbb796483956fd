// Beyond Autobahn: masks, lengths, fragments and close codes (P.2 to P.4).
#include "conformance/rows.hpp"

namespace prise::conformance {
namespace {

using namespace std::string_literals;

const std::string hello = "Hello, world!";

Frame wrongly_masked(Frame made) {
  made.masking = Masking::wrong;
  return made;
}

Frame in_form(LengthForm form, Frame made) {
  made.length_form = form;
  return made;
}

Frame announcing(std::uint64_t bytes, Frame made) {
  made.length_form = LengthForm::bits_64;
  made.announced_bytes = bytes;
  return made;
}

// The RFC forbids the frame; a peer that takes it for a good one is too kind.
std::vector<Outcome> refused_or_taken(Happening happening) {
  return {refused({1002}).front(), {Verdict::non_strict, {std::move(happening)}, {}}};
}

// Each byte differs from its neighbours', and those a mask apart: an unmasking out of step shows.
std::string pattern(std::size_t bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes; ++i)
    text += static_cast<char>('0' + i % 71);
  return text;
}

void add_masks(Cases& cases) {
  Frame zero = text(hello);
  zero.masking = Masking::zero_key;
  Cases rows = {
      {"P.2.1",
       "text masked by a server, or not by a client",
       {together({wrongly_masked(text(hello))})},
       refused({1002})},
      {"P.2.2",
       "the same with an empty text",
       {together({wrongly_masked(text(""))})},
       refused({1002})},
      {"P.2.3",
       "the same with a ping",
       {together({wrongly_masked(ping("ping"))})},
       refused({1002})},
      {"P.2.4",
       "the same with a close",
       {together({wrongly_masked(close_frame(close_payload(1000)))})},
       refused({1002})},
      {"P.2.5",
       "the same in the second fragment",
       {together({more(text("fragment1")), wrongly_masked(last("fragment2"))})},
       refused({1002})},
      {"P.2.6",
       "text in chops of 3 bytes",
       {chopped(3, {text(pattern(1000))})},
       right({text_came(pattern(1000))})},
      {"P.2.7",
       "text in chops of 7 bytes, in fragments of 10",
       {chopped(7, {in_fragments_of(10, text(pattern(1000)))})},
       right({text_came(pattern(1000))})},
      {"P.2.8",
       "a ping in chops of 3 bytes",
       {chopped(3, {ping(pattern(100))})},
       right({pong_came(pattern(100))})},
      {"P.2.9", "a mask of zero", {together({zero})}, right({text_came(hello)})},
  };
  rows.back().only = Tested::server;
  cases.insert(cases.end(), rows.begin(), rows.end());
}

void add_lengths(Cases& cases) {
  const Payload small{"*", 125}, medium{"*", 65535};
  const Cases rows = {
      {"P.3.1",
       "125 bytes, length in 16 bits",
       {together({in_form(LengthForm::bits_16, text(small))})},
       refused_or_taken(text_came(small))},
      {"P.3.2",
       "125 bytes, length in 64 bits",
       {together({in_form(LengthForm::bits_64, text(small))})},
       refused_or_taken(text_came(small))},
      {"P.3.3",
       "65535 bytes, length in 64 bits",
       {together({in_form(LengthForm::bits_64, text(medium))})},
       refused_or_taken(text_came(medium))},
      {"P.3.4",
       "a ping, length in 16 bits",
       {together({in_form(LengthForm::bits_16, ping("ping"))})},
       refused_or_taken(pong_came("ping"))},
      {"P.3.5",
       "a length above 2^63",
       {together({announcing(~std::uint64_t{0}, text(hello))})},
       refused({1002, 1009})},
      {"P.3.6",
       "a length of 2^62: refused before it comes",
       {together({announcing(std::uint64_t{1} << 62, binary(hello))})},
       refused({1009})},
  };
  cases.insert(cases.end(), rows.begin(), rows.end());
}

void add_fragments(Cases& cases) {
  const auto joined = text_came("fragment1fragment2");
  const Cases rows = {
      {"P.4.1",
       "pong between fragments",
       {together({more(text("fragment1")), pong("pong"), last("fragment2")})},
       right({joined})},
      {"P.4.2",
       "a ping between two bytes of one character",
       {together({more(text("caf\xc3")), ping("ping"), last("\xa9")})},
       right({pong_came("ping"), text_came("caf\xc3\xa9")})},
      {"P.4.3",
       "text that ends inside a character, in its last fragment",
       {together({more(text("caf")), last("\xc3")})},
       refused({1007})},
      {"P.4.4",
       "binary inside a text",
       {together({more(text("fragment1")), binary("\x01")})},
       refused({1002})},
      {"P.4.5",
       "RSV1 in a continuation",
       {together({more(text("fragment1")), with_rsv(4, last("fragment2"))})},
       refused({1002})},
      {"P.4.6",
       "a close in two fragments",
       {together({more(close_frame(close_payload(1000))), last("")})},
       refused({1002})},
      {"P.4.7",
       "bytes that are no text, in a binary message",
       {together({binary("\xff\xfe\xc0\x80")})},
       right({binary_came("\xff\xfe\xc0\x80")})},
      {"P.4.8",
       "a fragmented text, then a whole one",
       {together({more(text("fragment1")), last("fragment2"), text("whole")})},
       right({joined, text_came("whole")})},
  };
  cases.insert(cases.end(), rows.begin(), rows.end());
}

// What IANA has registered since Autobahn's list was made, and the one that it has reserved.
void add_codes(Cases& cases) {
  int number = 10;
  for (const int code : {1012, 1013, 1014})
    cases.push_back({"P.4." + std::to_string(++number),
                     "close code " + std::to_string(code),
                     {SendClose{code}},
                     {{Verdict::ok, {}, {Closing::By::harness, {1000, code}}}}});
  cases.push_back({"P.4.14",
                   "close code 1015, which may not be sent",
                   {SendClose{1015}},
                   {{Verdict::ok, {}, {Closing::By::harness, {1002}}}}});
}

}  // namespace

void add_wire_cases(Cases& cases) {
  add_masks(cases);
  add_lengths(cases);
  add_fragments(cases);
  add_codes(cases);
}

}  // namespace prise::conformance
