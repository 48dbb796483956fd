// Sections 1 to 5 of Autobahn's list: framing, pings, reserved bits, opcodes, fragments.
#include "conformance/rows.hpp"

namespace prise::conformance {
namespace {

using namespace std::string_literals;

const std::string hello = "Hello, world!";
const std::string eight_bytes = "\x00\xff\xfe\xfd\xfc\xfb\x00\xff"s;
const std::string reserved = "reserved opcode payload";

void add_messages(Cases& cases) {
  static constexpr std::size_t sizes[] = {0, 125, 126, 127, 128, 65535, 65536};
  for (int opcode = 1; opcode <= 2; ++opcode) {
    const std::string unit = opcode == 1 ? "*" : "\xfe";
    const auto kind = opcode == 1 ? Happening::Kind::text : Happening::Kind::binary;
    const std::string group = "1." + std::to_string(opcode) + ".";
    int number = 0;
    for (const std::size_t size : sizes)
      cases.push_back({group + std::to_string(++number),
                       "a message of " + std::to_string(size) + " bytes",
                       {together({frame(opcode, {unit, size})})},
                       right({came(kind, {unit, size})})});
    cases.push_back({group + "8",
                     "a message of 65536 bytes, in chops of 997",
                     {chopped(997, {frame(opcode, {unit, 65536})})},
                     right({came(kind, {unit, 65536})})});
  }
}

void add_pings(Cases& cases) {
  const Payload longest{"\xfe", 125};
  std::vector<Frame> ten;
  std::vector<Happening> ten_came;
  for (int i = 0; i < 10; ++i) {
    ten.push_back(ping("payload-" + std::to_string(i)));
    ten_came.push_back(pong_came(ten.back().payload));
  }
  const Cases rows = {
      {"2.1", "a ping without payload", {together({ping()})}, right({pong_came("")})},
      {"2.2", "a ping with text", {together({ping(hello)})}, right({pong_came(hello)})},
      {"2.3",
       "a ping with bytes",
       {together({ping(eight_bytes)})},
       right({pong_came(eight_bytes)})},
      {"2.4", "a ping of 125 bytes", {together({ping(longest)})}, right({pong_came(longest)})},
      {"2.5", "a ping of 126 bytes", {together({ping({"\xfe", 126})})}, refused({1002})},
      {"2.6",
       "a ping of 125 bytes, byte by byte",
       {chopped(1, {ping(longest)})},
       right({pong_came(longest)})},
      {"2.7", "a pong nobody asked for", {together({pong()})}, right({})},
      {"2.8", "the same with a payload", {together({pong("unsolicited pong payload")})}, right({})},
      {"2.9",
       "a pong nobody asked for, then a ping",
       {together({pong("unsolicited pong payload")}), together({ping("ping payload")})},
       right({pong_came("ping payload")})},
      {"2.10", "ten pings", {together(ten)}, right(ten_came)},
      {"2.11", "ten pings, byte by byte", {chopped(1, ten)}, right(ten_came)},
  };
  cases.insert(cases.end(), rows.begin(), rows.end());
}

void add_reserved_bits(Cases& cases) {
  const auto after_hello = refused_after({text_came(hello)});
  const Cases rows = {
      {"3.1", "text with RSV 1", {together({with_rsv(1, text(hello))})}, refused({1002})},
      {"3.2",
       "text, text with RSV 2, ping",
       {together({text(hello), with_rsv(2, text(hello)), ping()})},
       after_hello},
      {"3.3",
       "text, text with RSV 3, ping, frame by frame",
       {framewise({text(hello), with_rsv(3, text(hello)), ping()})},
       after_hello},
      {"3.4",
       "text, text with RSV 4, ping, byte by byte",
       {chopped(1, {text(hello), with_rsv(4, text(hello)), ping()})},
       after_hello},
      {"3.5", "binary with RSV 5", {together({with_rsv(5, binary(eight_bytes))})}, refused({1002})},
      {"3.6", "binary with RSV 6", {together({with_rsv(6, binary(hello))})}, refused({1002})},
      {"3.7", "close with RSV 7", {together({with_rsv(7, close_frame(""))})}, refused({1002})},
  };
  cases.insert(cases.end(), rows.begin(), rows.end());
}

// The same five for the opcodes kept for data and for control.
void add_reserved_opcodes(Cases& cases) {
  for (int first = 3, group = 1; group <= 2; first = 11, ++group) {
    const auto after_hello = refused_after({text_came(hello)});
    const auto number = [&](int i) {
      return "4." + std::to_string(group) + "." + std::to_string(i);
    };
    const auto title = [&](int i) { return "reserved opcode " + std::to_string(first + i); };
    const Cases rows = {
        {number(1), title(0), {together({frame(first)})}, refused({1002})},
        {number(2), title(1), {together({frame(first + 1, reserved)})}, refused({1002})},
        {number(3),
         "text, " + title(2) + ", ping",
         {together({text(hello), frame(first + 2), ping()})},
         after_hello},
        {number(4),
         "text, " + title(3) + " with payload, ping",
         {together({text(hello), frame(first + 3, hello), ping()})},
         after_hello},
        {number(5),
         "text, " + title(4) + ", ping, byte by byte",
         {chopped(1, {text(hello), frame(first + 4, hello), ping()})},
         after_hello},
    };
    cases.insert(cases.end(), rows.begin(), rows.end());
  }
}

// Each row three times: in one write, frame by frame, byte by byte.
void add_three_ways(Cases& cases, int number, const std::string& title,
                    const std::vector<Frame>& frames, const std::vector<Outcome>& outcomes) {
  const auto name = [&](int i) { return "5." + std::to_string(number + i); };
  cases.push_back({name(0), title, {together(frames)}, outcomes});
  cases.push_back({name(1), title + ", frame by frame", {framewise(frames)}, outcomes});
  cases.push_back({name(2), title + ", byte by byte", {chopped(1, frames)}, outcomes});
}

std::vector<Frame> twice(std::vector<Frame> frames) {
  const auto once = frames;
  frames.insert(frames.end(), once.begin(), once.end());
  return frames;
}

void add_long_dialogue(Cases& cases, const std::string& number, Delivery delivery) {
  cases.push_back(
      {number,
       "five fragments and two pings; the first pong comes before the message is whole",
       {Send{{more(text("fragment1")), next("fragment2"), ping("pongme 1!")}, delivery},
        Pause{1, {}, 1},
        Send{{next("fragment3"), next("fragment4"), ping("pongme 2!"), last("fragment5")},
             delivery}},
       right({pong_came("pongme 1!"), pong_came("pongme 2!"),
              text_came("fragment1fragment2fragment3fragment4fragment5")})});
}

void add_fragments(Cases& cases) {
  const auto joined = text_came("fragment1fragment2");
  const Frame orphan = last("non-continuation payload");
  cases.push_back({"5.1",
                   "a ping in two fragments",
                   {together({more(ping("fragment1")), last("fragment2")})},
                   refused({1002})});
  cases.push_back({"5.2",
                   "a pong in two fragments",
                   {together({more(pong("fragment1")), last("fragment2")})},
                   refused({1002})});
  add_three_ways(cases, 3, "text in two fragments", {more(text("fragment1")), last("fragment2")},
                 right({joined}));
  add_three_ways(cases, 6, "text in two fragments, a ping between",
                 {more(text("fragment1")), ping("ping payload"), last("fragment2")},
                 right({pong_came("ping payload"), joined}));
  add_three_ways(cases, 9, "a last fragment of nothing, then text", {orphan, text(hello)},
                 refused({1002}));
  add_three_ways(cases, 12, "a fragment of nothing, then text", {more(orphan), text(hello)},
                 refused({1002}));
  const Cases rows = {
      {"5.15",
       "text in two fragments, a fragment of nothing, text",
       {together(
           {more(text("fragment1")), last("fragment2"), next("fragment3"), text("fragment4")})},
       refused_after({joined})},
      {"5.16",
       "twice: a fragment of nothing, then text in two fragments",
       {together(twice({next("fragment1"), more(text("fragment2")), last("fragment3")}))},
       refused({1002})},
      {"5.17",
       "twice: a last fragment of nothing, then text in two fragments",
       {together(twice({last("fragment1"), more(text("fragment2")), last("fragment3")}))},
       refused({1002})},
      {"5.18",
       "a text inside a text",
       {together({more(text("fragment1")), text("fragment2")})},
       refused({1002})},
  };
  cases.insert(cases.end(), rows.begin(), rows.end());
  add_long_dialogue(cases, "5.19", Delivery::together);
  add_long_dialogue(cases, "5.20", Delivery::framewise);
}

}  // namespace

void add_framing_cases(Cases& cases) {
  add_messages(cases);
  add_pings(cases);
  add_reserved_bits(cases);
  add_reserved_opcodes(cases);
  add_fragments(cases);
}

}  // namespace prise::conformance
