// What a connection tells its program, one at a time. Lesson 17.
//
// Views and pointers in an event live until the next call of next_event() or receive() of the
// connection it came from, and no longer than the bytes that were received; what must last longer
// is copied.
#pragma once

#include <optional>
#include <string_view>
#include <variant>

#include "protocol/http_head.hpp"
#include "protocol/websocket/bytes.hpp"
#include "protocol/websocket/close_code.hpp"
#include "protocol/websocket/deflate_parameters.hpp"
#include "protocol/websocket/rule.hpp"

namespace prise::websocket {

// Server: a handshake that breaks no rule. The next call of next_event() accepts it, unless
// refuse() comes first: look at the path, the cookies, ask who it is.
struct UpgradeRequested {
  const protocol::RequestHead* request;
  std::string_view subprotocol;  // the one agreed on, or empty
};

// Server, with PlainRequests::hand_out: a request for a page. Answer it with respond(); the next
// call of next_event() refuses it otherwise.
struct PlainRequested {
  const protocol::RequestHead* request;
};

// The handshake is over, messages may be sent. Always the first event of a client.
struct Opened {
  std::string_view subprotocol;              // empty: none
  std::optional<DeflateParameters> deflate;  // empty: messages are not compressed
};

struct Text {
  std::string_view text;  // valid UTF-8
};

struct Binary {
  Bytes bytes;
};

// It is answered already (section 5.5.2).
struct Ping {
  Bytes payload;
};

struct Pong {
  Bytes payload;
};

// The last event, always, and only one. What is left to do is for Connection::transport() to say.
struct Closed {
  CloseCode code;           // the peer's; if it broke a rule, what it was told; else 1005 or 1006
  std::string_view reason;  // the peer's
  Rule rule;                // what the peer broke; none after a clean close
  int http_status;  // of a handshake that failed: what we answered, or were answered; else 0
};

using Event =
    std::variant<UpgradeRequested, PlainRequested, Opened, Text, Binary, Ping, Pong, Closed>;

}  // namespace prise::websocket
