// What a case is: how the connection is opened, what the harness sends, what a peer may do about
// it. Cases are data; session.cpp plays them, judge.cpp judges them.
//
// The numbers, payloads and expectations of sections 1 to 13 are those of the Autobahn test suite
// (github.com/crossbario/autobahn-testsuite, autobahntestsuite/case/); sections "P." are ours.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace prise::conformance {

// Autobahn's words. Everything below `ok` and `informational` is a deviation.
enum class Verdict : std::uint8_t { ok, informational, non_strict, unimplemented, failed };
std::string_view text_of(Verdict verdict);
std::optional<Verdict> verdict_of(std::string_view text);

// Which end of the connection is being tested; the harness is the other one.
enum class Tested : std::uint8_t { server, client };

// `unit` over and over, `bytes` of it in all: sixteen mebibytes need no room until they are sent.
struct Payload {
  std::string unit;
  std::optional<std::size_t> bytes = {};  // nothing: the unit, once

  Payload() = default;
  Payload(const char* text) : unit(text) {}             // NOLINT: rows are easier to read
  Payload(std::string text) : unit(std::move(text)) {}  // NOLINT
  Payload(std::string text, std::size_t size) : unit(std::move(text)), bytes(size) {}
  [[nodiscard]] std::string text() const;
};

enum class Masking : std::uint8_t { as_the_role_asks, wrong, zero_key };
enum class LengthForm : std::uint8_t { shortest, bits_16, bits_64 };

// One frame as it is put on the wire, right or wrong. With `fragment_bytes` it becomes as many
// frames as the payload needs.
struct Frame {
  int opcode = 1;
  Payload payload = {};
  bool fin = true;
  int rsv = 0;  // RSV1 is 4, RSV2 is 2, RSV3 is 1, as Autobahn counts them
  std::size_t fragment_bytes = 0;
  Masking masking = Masking::as_the_role_asks;
  LengthForm length_form = LengthForm::shortest;
  std::optional<std::uint64_t> announced_bytes = {};  // in place of the payload's size
  bool compress = false;                              // with what was negotiated
};

// How a step's bytes are cut. `together`: one write. `chopped`: `chop_bytes` at a time.
enum class Delivery : std::uint8_t { together, framewise, chopped };

struct Send {
  std::vector<Frame> frames;
  Delivery delivery = Delivery::together;
  std::size_t chop_bytes = 1;
  std::optional<std::size_t> payload_bytes = {};  // send no more than these of the payload yet
};
struct SendHeldBack {  // what the last Send kept
  std::optional<std::size_t> bytes = {};
};
struct SendRaw {  // bytes that are no frame of ours
  std::string bytes;
};
// If the connection is open after that time, this is noted as "timeout NAME". With `until`, it ends
// as soon as so many things have come, and nothing is noted.
struct Pause {
  double seconds = 0;
  std::string name = {};
  std::size_t until = 0;
};
struct SendClose {  // a right Close frame: the closing handshake is ours
  std::optional<int> code = 1000;
  std::string reason = {};
};
enum class DataSet : std::uint8_t { none, json, bitmap, prose, html, document };
struct RoundTrips {  // one message, its echo, the next
  int opcode = 1;
  std::size_t count = 1;
  std::size_t bytes = 0;
  std::string unit = {};
  DataSet data = DataSet::none;  // in place of the unit
  std::size_t fragment_bytes = 0;
  bool compress = false;
};
enum class CutHow : std::uint8_t { end_of_stream, reset };
struct Cut {  // TCP ends, without a word
  CutHow how = CutHow::end_of_stream;
};
using Step = std::variant<Send, SendHeldBack, SendRaw, Pause, SendClose, RoundTrips, Cut>;

// What came: a message, a pong, or a pause that ran out.
struct Happening {
  enum class Kind : std::uint8_t { text, binary, ping, pong, timeout };
  Kind kind = Kind::text;
  Payload payload = {};
};

// Who begins to close, and with which codes the peer may. An empty Close frame is worth 1000: it is
// a normal end (RFC 6455 section 7.1.5), never a refusal.
struct Closing {
  enum class By : std::uint8_t { harness, peer, tcp_only };  // tcp_only: the peer may just go away
  By by = By::harness;
  std::vector<int> codes = {1000};
};
struct Outcome {
  Verdict verdict = Verdict::ok;
  std::vector<Happening> happenings = {};
  Closing closing = {};
};

// A field of the head to change: another value, or gone if there is none. "+Name" adds one more.
struct FieldChange {
  std::string name;
  std::optional<std::string> value = {};
};

// The opening handshake. Tested servers are asked with it, tested clients are answered with it.
struct Opening {
  std::string first_line = {};  // empty: the right one
  std::vector<FieldChange> fields = {};
  std::string extensions = {};  // Sec-WebSocket-Extensions: our offer, or our answer
  enum class Agreed : std::uint8_t { nothing, deflate, anything };
  Agreed agreed = Agreed::nothing;  // what must come of the offer

  bool byte_by_byte = false;
  bool frames_with_it = false;   // the first step's bytes come in the same write
  std::size_t filler_bytes = 0;  // a head without end

  // `refused`: a server answers with one of `statuses` (empty: 400 to 505), a client goes away.
  enum class Result : std::uint8_t { open, refused, refused_or_cut };
  Result result = Result::open;
  std::vector<int> statuses = {};
  FieldChange answer_has = {};  // a field whose value must hold this text
};

struct Case {
  std::string number;
  std::string title;
  std::vector<Step> steps = {};
  std::vector<Outcome> outcomes = {Outcome{}};
  Opening opening = {};
  std::optional<Tested> only = {};  // nothing: both roles
  bool informational = false;
  double seconds = 0;   // how long it may take; 0: the harness's patience
  int deflate_row = 0;  // of section 13: how a tested client is answered (handshake.cpp)
};

using Cases = std::vector<Case>;

// All cases in the order of their numbers; those of the other role are left out.
Cases all_cases(Tested tested);

// "9.*", "12.1.3": what Autobahn's own configuration takes; a pattern ends at a dot or with a star.
bool matches(std::string_view number, std::string_view pattern);
Cases selected(Cases cases, const std::vector<std::string>& patterns,
               const std::vector<std::string>& excluded);

}  // namespace prise::conformance
