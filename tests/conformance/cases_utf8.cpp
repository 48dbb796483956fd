// Section 6 of Autobahn's list. From 6.5 on its sequences are those of Markus Kuhn's UTF-8 decoder
// stress test (www.cl.cam.ac.uk/~mgk25/ucs/examples/UTF-8-test.txt), with the few that Autobahn's
// loops leave out (the last byte of each range) left out here too.
#include <algorithm>
#include <iterator>

#include "conformance/rows.hpp"

namespace prise::conformance {
namespace {

using namespace std::string_literals;

const std::string kosme = "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5";
const std::string accents = "Hello-µ@ßöäüàá-UTF-8!!";

struct Group {
  const char* title;
  bool valid;
  std::vector<std::string> sequences;
};

std::vector<std::string> prefixes(const std::string& text) {
  std::vector<std::string> all;
  for (std::size_t i = 1; i <= text.size(); ++i)
    all.push_back(text.substr(0, i));
  return all;
}

// Every byte from `first` to before `end`, each followed by `after`.
std::string bytes_between(int first, int end, const std::string& after) {
  std::string all;
  for (int byte = first; byte < end; ++byte)
    all += static_cast<char>(byte) + after;
  return all;
}

std::vector<std::string> non_characters() {
  std::vector<std::string> all{"\xef\xbf\xbe", "\xef\xbf\xbf"};
  for (const char plane : {'\xf0', '\xf1', '\xf2', '\xf3', '\xf4'})
    for (const char second : {'\x8f', '\x9f', '\xaf', '\xbf'})
      for (const char end : {'\xbe', '\xbf'}) {
        const bool overlong = plane == '\xf0' && second == '\x8f';
        const bool too_far = plane == '\xf4' && second != '\x8f';
        if (!overlong && !too_far) all.push_back({plane, second, '\xbf', end});
      }
  return all;
}

const std::vector<std::string> cut_short{
    "\xc0", "\xe0\x80", "\xf0\x80\x80", "\xf8\x80\x80\x80", "\xfc\x80\x80\x80\x80",
    "\xdf", "\xef\xbf", "\xf7\xbf\xbf", "\xfb\xbf\xbf\xbf", "\xfd\xbf\xbf\xbf\xbf"};

std::string joined(const std::vector<std::string>& parts) {
  std::string all;
  for (const std::string& part : parts)
    all += part;
  return all;
}

// 6.5, 6.6 … in this order. A group that has both kinds gives them in two entries of one number.
const std::vector<std::vector<Group>> groups{
    {{"valid text",
      true,
      {"hello$world", "hello\xc2\xa2world", "hello\xe2\x82\xacworld", "hello\xf0\xa4\xad\xa2world",
       kosme}}},
    {},  // 6.6: the prefixes, below
    {{"first sequence of its length",
      true,
      {"\0"s, "\xc2\x80", "\xe0\xa0\x80", "\xf0\x90\x80\x80"}}},
    {{"first sequence of 5 and 6 bytes",
      false,
      {"\xf8\x88\x80\x80\x80", "\xfc\x84\x80\x80\x80\x80"}}},
    {{"last sequence of its length",
      true,
      {"\x7f", "\xdf\xbf", "\xef\xbf\xbf", "\xf4\x8f\xbf\xbf"}}},
    {{"last sequence of 4, 5 and 6 bytes",
      false,
      {"\xf7\xbf\xbf\xbf", "\xfb\xbf\xbf\xbf\xbf", "\xfd\xbf\xbf\xbf\xbf\xbf"}}},
    {{"other boundaries",
      true,
      {"\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbd", "\xf4\x8f\xbf\xbf"}},
     {"beyond U+10FFFF", false, {"\xf4\x90\x80\x80"}}},
    {{"unexpected continuation bytes",
      false,
      {"\x80", "\xbf", "\x80\xbf", "\x80\xbf\x80", "\x80\xbf\x80\xbf", "\x80\xbf\x80\xbf\x80",
       "\x80\xbf\x80\xbf\x80\xbf", bytes_between(0x80, 0xbf, "")}}},
    {{"lonely first bytes",
      false,
      {bytes_between(0xc0, 0xdf, " "), bytes_between(0xe0, 0xef, " "),
       bytes_between(0xf0, 0xf7, " "), bytes_between(0xf8, 0xfb, " "),
       bytes_between(0xfc, 0xfd, " ")}}},
    {{"last continuation byte missing", false, cut_short}},
    {{"sequences cut short, joined", false, {joined(cut_short)}}},
    {{"impossible bytes", false, {"\xfe", "\xff", "\xfe\xfe\xff\xff"}}},
    {{"overlong '/'",
      false,
      {"\xc0\xaf", "\xe0\x80\xaf", "\xf0\x80\x80\xaf", "\xf8\x80\x80\x80\xaf",
       "\xfc\x80\x80\x80\x80\xaf"}}},
    {{"longest overlong forms",
      false,
      {"\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xf8\x87\xbf\xbf\xbf",
       "\xfc\x83\xbf\xbf\xbf\xbf"}}},
    {{"overlong NUL",
      false,
      {"\xc0\x80", "\xe0\x80\x80", "\xf0\x80\x80\x80", "\xf8\x80\x80\x80\x80",
       "\xfc\x80\x80\x80\x80\x80"}}},
    {{"single surrogates",
      false,
      {"\xed\xa0\x80", "\xed\xad\xbf", "\xed\xae\x80", "\xed\xaf\xbf", "\xed\xb0\x80",
       "\xed\xbe\x80", "\xed\xbf\xbf"}}},
    {{"paired surrogates",
      false,
      {"\xed\xa0\x80\xed\xb0\x80", "\xed\xa0\x80\xed\xbf\xbf", "\xed\xad\xbf\xed\xb0\x80",
       "\xed\xad\xbf\xed\xbf\xbf", "\xed\xae\x80\xed\xb0\x80", "\xed\xae\x80\xed\xbf\xbf",
       "\xed\xaf\xbf\xed\xb0\x80", "\xed\xaf\xbf\xed\xbf\xbf"}}},
    {{"non-characters", true, non_characters()}},
    {{"specials",
      true,
      {"\xef\xbf\xb9", "\xef\xbf\xba", "\xef\xbf\xbb", "\xef\xbf\xbc", "\xef\xbf\xbd",
       "\xef\xbf\xbe", "\xef\xbf\xbf"}}},
};

void add_sequence(Cases& cases, const std::string& number, const std::string& title, bool valid,
                  const std::string& sequence) {
  cases.push_back({number,
                   title,
                   {together({text(sequence)})},
                   valid ? right({text_came(sequence)}) : refused({1007})});
}

void add_sequences(Cases& cases) {
  int group_number = 5;
  for (const auto& entries : groups) {
    const std::string group = "6." + std::to_string(group_number++) + ".";
    int number = 0;
    for (const Group& entry : entries)
      for (const std::string& sequence : entry.sequences)
        add_sequence(cases, group + std::to_string(++number), entry.title, entry.valid, sequence);
    if (!entries.empty()) continue;
    for (const std::string& prefix : prefixes(kosme)) {
      static constexpr std::size_t boundaries[] = {2, 5, 7, 9, 11};
      const bool valid = std::find(std::begin(boundaries), std::end(boundaries), prefix.size()) !=
                         std::end(boundaries);
      add_sequence(cases, group + std::to_string(++number), "a prefix of valid text", valid,
                   prefix);
    }
  }
}

// A text that is impossible from its 13th byte on, in three parts. Whoever is strict says so after
// the second, who is not, at the end.
void add_fail_fast(Cases& cases) {
  const std::string whole = kosme + "\xf4\x90\x80\x80" + "edited";
  const std::vector<Outcome> outcomes{
      {Verdict::ok, {timeout_came("A")}, {Closing::By::peer, {1007}}},
      {Verdict::non_strict, {timeout_came("A"), timeout_came("B")}, {Closing::By::peer, {1007}}}};
  const Pause a{0.2, "A"}, b{1, "B"};
  for (std::size_t cut : {std::size_t{11}, std::size_t{12}}) {
    const std::size_t second = cut == 11 ? 15 : 13;
    const std::string one = whole.substr(0, cut), two = whole.substr(cut, second - cut),
                      three = whole.substr(second);
    const int i = cut == 11 ? 1 : 2;
    cases.push_back(
        {"6.4." + std::to_string(i),
         "text turns invalid in its second fragment",
         {together({more(text(one))}), a, together({next(two)}), b, together({last(three)})},
         outcomes});
    cases.push_back({"6.4." + std::to_string(i + 2),
                     "text turns invalid in the midst of a frame",
                     {Send{{text(whole)}, Delivery::together, 1, cut}, a,
                      SendHeldBack{second - cut}, b, SendHeldBack{}},
                     outcomes});
  }
  std::swap(cases[cases.size() - 3], cases[cases.size() - 2]);  // in the order of their numbers
}

}  // namespace

void add_utf8_cases(Cases& cases) {
  const std::string invalid = kosme + "\xed\xa0\x80" + "edited";
  const Cases rows = {
      {"6.1.1", "an empty text", {together({text("")})}, right({text_came("")})},
      {"6.1.2",
       "three empty fragments",
       {together({more(text("")), next(""), last("")})},
       right({text_came("")})},
      {"6.1.3",
       "empty fragments around one",
       {together({more(text("")), next("middle frame payload"), last("")})},
       right({text_came("middle frame payload")})},
      {"6.2.1", "text with accents", {together({text(accents)})}, right({text_came(accents)})},
      {"6.2.2",
       "the same in two, between two characters",
       {together({more(text("Hello-µ@ßöä")), last("üàá-UTF-8!!")})},
       right({text_came(accents)})},
      {"6.2.3",
       "the same in fragments of 1 byte",
       {together({in_fragments_of(1, text(accents))})},
       right({text_came(accents)})},
      {"6.2.4",
       "Greek in fragments of 1 byte",
       {together({in_fragments_of(1, text(kosme))})},
       right({text_came(kosme)})},
      {"6.3.1", "invalid text", {together({text(invalid)})}, refused({1007})},
      {"6.3.2",
       "the same in fragments of 1 byte",
       {together({in_fragments_of(1, text(invalid))})},
       refused({1007})},
  };
  cases.insert(cases.end(), rows.begin(), rows.end());
  add_fail_fast(cases);
  add_sequences(cases);
}

}  // namespace prise::conformance
