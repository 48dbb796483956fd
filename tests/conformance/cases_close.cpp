// Section 7 of Autobahn's list: the closing handshake.
#include "conformance/rows.hpp"

namespace prise::conformance {
namespace {

using namespace std::string_literals;

// We have closed first; the peer answers with one of the codes, or with none.
std::vector<Outcome> answered(std::vector<int> codes = {1000}, std::vector<Happening> before = {}) {
  return {{Verdict::ok, std::move(before), {Closing::By::harness, std::move(codes)}}};
}

const std::string broken_reason =
    "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80\x65\x64\x69\x74\x65\x64";

void add_codes(Cases& cases) {
  int number = 0;
  for (const int code :
       {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999})
    cases.push_back({"7.7." + std::to_string(++number),
                     "close code " + std::to_string(code),
                     {SendClose{code}},
                     answered({1000, code})});
  number = 0;
  for (const int code : {0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999})
    cases.push_back({"7.9." + std::to_string(++number),
                     "close code " + std::to_string(code) + ", which may not be sent",
                     {SendClose{code}},
                     answered({1002})});
  number = 0;
  for (const int code : {5000, 65535}) {
    Case one{"7.13." + std::to_string(++number),
             "close code " + std::to_string(code),
             {SendClose{code}},
             answered({1000, code, 1002})};
    one.informational = true;
    cases.push_back(std::move(one));
  }
}

}  // namespace

void add_close_cases(Cases& cases) {
  const Payload large{"BAsd7&jh23", 256 * 1024};
  Case informational{
      "7.1.6",
      "256 KiB, a text, a close and a ping at once",
      {together({text(large), text("Hello World!")}), SendClose{}, together({ping()})},
      {answered({1000}, {text_came(large), text_came("Hello World!")}).front(),
       answered().front()}};
  informational.informational = true;
  const Cases rows = {
      {"7.1.1",
       "a message, then close",
       {together({text("Hello World!")})},
       right({text_came("Hello World!")})},
      {"7.1.2", "two Close frames", {SendClose{}, together({close_frame("")})}, answered()},
      {"7.1.3", "a ping after the close", {SendClose{}, together({ping()})}, answered()},
      {"7.1.4",
       "a text after the close",
       {SendClose{}, together({text("Hello World!")})},
       answered()},
      {"7.1.5",
       "a fragment, a close, the other fragment",
       {together({more(text("fragment1"))}), SendClose{}, together({last("fragment2")})},
       answered()},
      informational,
      {"7.3.1", "a Close frame without payload", {SendClose{{}}}, answered()},
      {"7.3.2", "a Close frame of 1 byte", {together({close_frame("a")})}, refused({1002})},
      {"7.3.3", "a Close frame with a code", {SendClose{}}, answered()},
      {"7.3.4", "a code and a reason", {SendClose{1000, "Hello World!"}}, answered()},
      {"7.3.5",
       "a code and the longest reason",
       {SendClose{1000, std::string(123, '*')}},
       answered()},
      {"7.3.6",
       "a code and a reason of 124 bytes",
       {together({close_frame(close_payload(1000, std::string(124, '*')))})},
       refused({1002})},
      {"7.5.1",
       "a reason that is not UTF-8",
       {together({close_frame(close_payload(1000, broken_reason))})},
       refused({1002, 1007})},
  };
  cases.insert(cases.end(), rows.begin(), rows.end());
  add_codes(cases);
}

}  // namespace prise::conformance
