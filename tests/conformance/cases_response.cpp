// Beyond Autobahn: the answers that a client must refuse, and those that it must take (P.7).
#include "conformance/rows.hpp"

namespace prise::conformance {
namespace {

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

Opening refused(Opening opening) {
  opening.result = Opening::Result::refused;
  return opening;
}

Opening first_line(const std::string& line) {
  Opening opening;
  opening.first_line = line;
  return opening;
}

Opening extensions(const std::string& answer) {
  Opening opening;
  opening.extensions = answer;
  return opening;
}

void add_rows(Cases& cases, int first_number, const std::vector<Row>& rows) {
  for (const Row& row : rows)
    cases.push_back({"P.7." + std::to_string(first_number++),
                     row.title,
                     {together({text(hello)})},
                     right({text_came(hello)}),
                     row.opening,
                     Tested::client});
}

}  // namespace

void add_response_cases(Cases& cases) {
  const std::string of_another_key = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";  // RFC 6455 section 1.3
  Opening endless;
  endless.filler_bytes = 4 << 20;
  add_rows(cases, 1,
           {
               {"no accept", refused(changed({{"Sec-WebSocket-Accept"}}))},
               {"the accept of another key",
                refused(changed({{"Sec-WebSocket-Accept", of_another_key}}))},
               {"no Upgrade", refused(changed({{"Upgrade"}}))},
               {"Upgrade: h2c", refused(changed({{"Upgrade", "h2c"}}))},
               {"no Connection", refused(changed({{"Connection"}}))},
               {"Connection: close", refused(changed({{"Connection", "close"}}))},
               {"status 200", refused(first_line("HTTP/1.1 200 OK"))},
               {"status 404", refused(first_line("HTTP/1.1 404 Not Found"))},
               {"a subprotocol that was not offered",
                refused(changed({{"+Sec-WebSocket-Protocol", "not-offered"}}))},
               {"an extension that was not offered", refused(extensions("x-not-offered"))},
               {"permessage-deflate with a window of 2^16",
                refused(extensions("permessage-deflate; server_max_window_bits=16"))},
               {"permessage-deflate with an unknown parameter",
                refused(extensions("permessage-deflate; unknown"))},
               {"permessage-deflate twice",
                refused(extensions("permessage-deflate, permessage-deflate"))},
               {"no answer of HTTP", refused(first_line("HELLO"))},
               {"a head of 4 MiB", refused(endless)},
           });

  Opening split, early;
  split.byte_by_byte = true;
  early.frames_with_it = true;
  add_rows(cases, 31,
           {
               {"names and values in other cases",
                changed({{"UPGRADE", "WebSocket"}, {"connection", "upgrade"}})},
               {"the head byte by byte", split},
               {"frames in one piece with the head", early},
               {"another reason phrase", first_line("HTTP/1.1 101 Web Socket Protocol Handshake")},
               {"fields that mean nothing here",
                changed({{"+Server", "conformance"}, {"+Date", "today"}})},
           });
}

}  // namespace prise::conformance
