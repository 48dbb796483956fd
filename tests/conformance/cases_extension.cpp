// Beyond Autobahn: permessage-deflate at its edges (P.5, RFC 7692), and TCP that ends without a
// word (P.6).
#include "conformance/codec.hpp"
#include "conformance/rows.hpp"

namespace prise::conformance {
namespace {

using namespace std::string_literals;
using Agreed = Opening::Agreed;

// Without "client_no_context_takeover", which a server may answer with itself: then our own
// messages would never refer to those before them.
const std::string offer = "permessage-deflate; client_max_window_bits";
const std::string verse = "La raison du plus fort est toujours la meilleure. ";

void add(Cases& cases, int number, const std::string& title, std::vector<Step> steps,
         std::vector<Outcome> outcomes, const std::string& extensions = offer, int row = 1,
         Agreed agreed = Agreed::deflate) {
  Case one{"P.5." + std::to_string(number), title, std::move(steps), std::move(outcomes)};
  one.opening.extensions = extensions;
  one.opening.agreed = agreed;
  one.deflate_row = row;
  if (agreed != Agreed::deflate) one.only = Tested::server;
  cases.push_back(std::move(one));
}

RoundTrips trips(std::size_t count, std::size_t bytes) {
  return {1, count, bytes, {}, DataSet::json, 0, true};
}

Frame deflated(const std::string& payload) {
  return with_rsv(4, text(payload));
}

void add_messages(Cases& cases) {
  const Frame once = compressed(text(verse));
  const auto came_back = text_came(verse);
  const std::string whole = deflate_with_final_block(verse);
  add(cases, 1, "the same message three times, in one context", {together({once, once, once})},
      right({came_back, came_back, came_back}));
  add(cases, 2, "each answer in a context of its own", {trips(20, 2000)}, right({}),
      offer + "; server_no_context_takeover", 2);
  add(cases, 3, "a window of 2^9 is kept to", {trips(20, 5000)}, right({}),
      offer + "; server_max_window_bits=9", 3);
  add(cases, 4, "a plain message between two compressed ones",
      {together({once, text(verse), once})}, right({came_back, came_back, came_back}));
  add(cases, 5, "an empty message, compressed", {together({compressed(text(""))})},
      right({text_came("")}));
  add(cases, 6, "a message in fragments of 1 byte", {together({in_fragments_of(1, once)})},
      right({came_back}));
  add(cases, 7, "a ping between compressed fragments",
      {together({more(deflated(whole.substr(0, 20))), ping("ping"), last(whole.substr(20))})},
      right({pong_came("ping"), came_back}));
  add(cases, 8, "a message whose last block says so (BFINAL)", {together({deflated(whole)})},
      right({came_back}));
  add(cases, 9, "compressed text that is not UTF-8", {together({compressed(text("\xff\xfe"))})},
      refused({1007}));
  add(cases, 10, "what does not inflate", {together({deflated("\xff\xff\xff\xff")})},
      refused({1002, 1003, 1007}));
  add(cases, 11, "RSV1 in a continuation",
      {together({more(text("fragment1")), with_rsv(4, last("fragment2"))})}, refused({1002}));
  add(cases, 12, "RSV1 in a ping", {together({with_rsv(4, ping("ping"))})}, refused({1002}));
  add(cases, 13, "RSV2 in a compressed message", {together({with_rsv(2, once)})}, refused({1002}));
}

// Offers that a server must decline, and those from which it must choose.
void add_offers(Cases& cases) {
  const std::vector<Step> greeting{together({text(verse)})};
  const auto came_back = right({text_came(verse)});
  const auto declined = [&](int number, const std::string& title, const std::string& extensions) {
    add(cases, number, title, greeting, came_back, extensions, 0, Agreed::nothing);
  };
  declined(21, "an unknown parameter", "permessage-deflate; unknown=1");
  declined(22, "a parameter twice",
           "permessage-deflate; server_no_context_takeover; server_no_context_takeover");
  declined(23, "a window of 2^16", "permessage-deflate; server_max_window_bits=16");
  declined(24, "a window without a size", "permessage-deflate; server_max_window_bits");
  declined(25, "a value where there is none", "permessage-deflate; server_no_context_takeover=1");
  add(cases, 26, "an offer to decline, then a good one", {together({compressed(text(verse))})},
      came_back, "permessage-deflate; unknown=1, " + offer, 1);
  cases.back().only = Tested::server;
  add(cases, 27, "a window of 2^8: declined, or kept to", {trips(10, 2000)}, right({}),
      offer + "; server_max_window_bits=8", 0, Agreed::anything);
}

}  // namespace

void add_extension_cases(Cases& cases) {
  add_messages(cases);
  add_offers(cases);
}

void add_transport_cases(Cases& cases) {
  const std::vector<Outcome> gone{{Verdict::ok, {}, {Closing::By::tcp_only}}};
  const Cases rows = {
      {"P.6.1",
       "an end of stream inside a frame",
       {Send{{text("half of it")}, Delivery::together, 1, 4}, Cut{}},
       gone},
      {"P.6.2",
       "an end of stream inside a message",
       {together({more(text("half of it"))}), Cut{}},
       gone},
      {"P.6.3", "an end of stream without a Close frame", {Cut{}}, gone},
      {"P.6.4", "a reset", {together({more(text("half of it"))}), Cut{CutHow::reset}}, gone},
  };
  cases.insert(cases.end(), rows.begin(), rows.end());
}

}  // namespace prise::conformance
