// The head of an HTTP/1.1 message: its first line and its fields (RFC 9112 sections 2 to 5).
// Written raw in lesson 14; lesson 15 builds the WebSocket handshake on it.
//
// Strict: each line ends in CR LF, no folded lines, no blank before a colon, no control bytes. What
// two programs read differently is how requests are smuggled past a proxy.
//
// Bounded: a head that outgrows its limits is refused before it is whole.
//
// Stateless: give all the bytes from the start of the head; ask again with more when told `more`.
// The views in a head look into those bytes, and live as long as they do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace prise::protocol {

struct HeadLimits {
  std::size_t head_bytes_max = 16 * 1024;  // first line, fields and the empty line, all together
  std::size_t fields_max = 100;
};

struct HeaderField {
  std::string_view name;   // as written; compare it with equal_ignoring_case
  std::string_view value;  // without the blanks around it
};

using HeaderFields = std::vector<HeaderField>;

enum class HeadFault : std::uint8_t {
  none,
  head_too_large,        // RFC 6585 section 5
  too_many_fields,       // RFC 6585 section 5
  line_without_cr,       // RFC 9112 section 2.2: LF without CR, or CR without LF
  control_byte,          // RFC 9110 section 5.5
  request_line_invalid,  // RFC 9112 section 3: METHOD SP TARGET SP VERSION, nothing else
  status_line_invalid,   // RFC 9112 section 4: VERSION SP three digits SP REASON
  version_unsupported,   // RFC 9112 section 2.3: not HTTP/1.x
  folded_line,           // RFC 9112 section 5.2
  field_without_colon,   // RFC 9112 section 5
  field_name_invalid,    // RFC 9110 section 5.1; a blank before the colon is this one
};

// What a server answers to such a request: 400, 431 or 505.
int status_of(HeadFault fault);

// The enumerator's name, of static lifetime.
std::string_view name_of(HeadFault fault);

struct RequestHead {
  std::string_view method;
  std::string_view target;
  int minor_version = 0;  // of HTTP/1.x
  HeaderFields fields;
};

struct ResponseHead {
  int minor_version = 0;
  int status = 0;
  std::string_view reason;
  HeaderFields fields;
};

// Three outcomes. `value`: `head` holds, and what follows it begins at `head_bytes`. `more`: a good
// beginning. `broken`: `fault` says why.
template <class Head>
struct HeadParse {
  enum class Outcome : std::uint8_t { value, more, broken };
  Outcome outcome = Outcome::more;
  HeadFault fault = HeadFault::none;
  std::size_t head_bytes = 0;
  Head head{};
};

// A line is judged when it is whole; a control byte, or too many bytes, as soon as they come. So
// asking again brings nothing new unless there is a control byte (CR and LF among them) in what
// came since, or just before it, or the limit was passed.
HeadParse<RequestHead> parse_request_head(std::string_view bytes, const HeadLimits& limits = {});
HeadParse<ResponseHead> parse_response_head(std::string_view bytes, const HeadLimits& limits = {});

// Names of fields, and the tokens of most, are compared without regard to case (RFC 9110, 5.1).
bool equal_ignoring_case(std::string_view left, std::string_view right);

// How many fields have this name, and the value of the first of them (empty if none).
std::size_t count_fields(const HeaderFields& fields, std::string_view name);
std::string_view field_value(const HeaderFields& fields, std::string_view name);

// RFC 9110 section 5.6.2: what names, methods and list items are made of. False if empty.
bool is_token(std::string_view text);

// The items of a comma-separated list spread over every field of this name, in order, without the
// blanks around them and without the empty ones (RFC 9110 section 5.6.1). Quoted strings are not
// understood: for lists of tokens only.
std::vector<std::string_view> list_items(const HeaderFields& fields, std::string_view name);

}  // namespace prise::protocol
