// Beyond Autobahn: what a server must refuse of an opening handshake, and what it must take (P.1).
#include "conformance/rows.hpp"

namespace prise::conformance {
namespace {

using Result = Opening::Result;

const std::string hello = "Hello, world!";

struct Row {
  const char* title;
  Opening opening;
};

Opening changed(std::vector<FieldChange> fields) {
  Opening opening;
  opening.fields = std::move(fields);
  return opening;
}

Opening refused_as(Opening opening, std::vector<int> statuses = {}, FieldChange answer_has = {}) {
  opening.result = Result::refused;
  opening.statuses = std::move(statuses);
  opening.answer_has = std::move(answer_has);
  return opening;
}

Opening first_line(const std::string& line) {
  Opening opening;
  opening.first_line = line;
  return opening;
}

void add_rows(Cases& cases, int first_number, const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    Case one{"P.1." + std::to_string(first_number++),
             row.title,
             {together({text(hello)})},
             right({text_came(hello)}),
             row.opening,
             Tested::server};
    cases.push_back(std::move(one));
  }
}

}  // namespace

void add_request_cases(Cases& cases) {
  const FieldChange names_13{"Sec-WebSocket-Version", "13"};
  Opening endless;
  endless.result = Result::refused_or_cut;
  endless.filler_bytes = 4 << 20;
  add_rows(
      cases, 1,
      {
          {"no key", refused_as(changed({{"Sec-WebSocket-Key"}}))},
          {"an empty key", refused_as(changed({{"Sec-WebSocket-Key", ""}}))},
          {"a key of 5 bytes", refused_as(changed({{"Sec-WebSocket-Key", "c2hvcnQ="}}))},
          {"a key that is not base64",
           refused_as(changed({{"Sec-WebSocket-Key", "????????????????????????"}}))},
          {"two keys", refused_as(changed({{"+Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}}))},
          {"no version", refused_as(changed({{"Sec-WebSocket-Version"}}))},
          {"version 14: the refusal names 13",
           refused_as(changed({{"Sec-WebSocket-Version", "14"}}), {400, 426}, names_13)},
          {"version 8, of a draft",
           refused_as(changed({{"Sec-WebSocket-Version", "8"}}), {400, 426}, names_13)},
          {"POST", refused_as(first_line("POST / HTTP/1.1"))},
          {"HTTP/1.0", refused_as(first_line("GET / HTTP/1.0"))},
          {"no Upgrade", refused_as(changed({{"Upgrade"}}))},
          {"Upgrade: h2c", refused_as(changed({{"Upgrade", "h2c"}}))},
          {"no Connection", refused_as(changed({{"Connection"}}))},
          {"Connection: keep-alive", refused_as(changed({{"Connection", "keep-alive"}}))},
          {"no Host", refused_as(changed({{"Host"}}))},
          {"two Hosts", refused_as(changed({{"+Host", "elsewhere"}}))},
          {"a space before a colon", refused_as(changed({{"+X-Field ", "value"}}))},
          {"no request at all", refused_as(first_line("HELLO"))},
          {"a head of 4 MiB", endless},
      });

  Opening split, early, offers;
  split.byte_by_byte = true;
  early.frames_with_it = true;
  offers.fields = {{"+Sec-WebSocket-Protocol", "nobody-speaks-this"}};
  offers.extensions = "x-nobody-knows; parameter=1";
  add_rows(
      cases, 31,
      {
          {"Connection: keep-alive, Upgrade", changed({{"Connection", "keep-alive, Upgrade"}})},
          {"names and values in other cases",
           changed({{"UPGRADE", "WebSocket"}, {"connection", "upgrade"}, {"HOST", "localhost"}})},
          {"the head byte by byte", split},
          {"frames in one piece with the head", early},
          {"a subprotocol and an extension that nobody speaks", offers},
          {"fields that mean nothing here",
           changed({{"+X-Field", "value"}, {"+Cookie", "a=b; c=d"}, {"+Accept", "*/*"}})},
      });
}

}  // namespace prise::conformance
