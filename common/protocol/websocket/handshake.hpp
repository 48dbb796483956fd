// The opening handshake (RFC 6455 section 4): judged, answered, asked for. Written raw in
// lesson 15.
//
// Text in, text out; Connection decides when. Nothing is kept.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/http_head.hpp"
#include "protocol/websocket/config.hpp"
#include "protocol/websocket/rule.hpp"

namespace prise::websocket {

// What the two sides agreed on.
struct Agreement {
  std::string subprotocol;  // empty: none
  std::optional<DeflateParameters> deflate;
  std::string extensions;  // the server's Sec-WebSocket-Extensions; empty: none
};

// `rule` is what the peer broke; `agreement` holds if it is Rule::none.
struct HandshakeJudgement {
  Rule rule = Rule::none;
  Agreement agreement;
};

// Whom a client asks, and for what (section 4.1). See url.hpp for one made of an address.
struct Target {
  std::string host;            // the Host field: "localhost:8765"
  std::string resource = "/";  // path and query
  std::string origin;          // empty: none; browsers always send theirs
  std::vector<std::pair<std::string, std::string>> fields;  // more of them: Cookie, Authorization
};

// The server's part (section 4.2). The first rule that the request breaks, in the RFC's order; a
// request that asks for no upgrade at all breaks upgrade_missing.
HandshakeJudgement judge_request(const protocol::RequestHead& request, const Config& config);

// The 101 for a request that was judged good. `key` is its Sec-WebSocket-Key.
std::string acceptance(std::string_view key, const Agreement& agreement);

// The answer to one that was not, whole, with "Connection: close". `status` is that of the rule, or
// the program's own; 426 names the version (section 4.4), 405 the method.
std::string refusal(Rule rule, int status);

// Any other whole answer: a page, say. `content_type` may be empty.
std::string plain_response(int status, std::string_view content_type, std::string_view body,
                           std::string_view more_fields);

// The client's part (section 4.1). `key` is that of accept_key.hpp, fresh for each request.
std::string upgrade_request(const Target& target, const Config& config, std::string_view key);
HandshakeJudgement judge_response(const protocol::ResponseHead& response, const Config& config,
                                  std::string_view key);

// "Not Found" for 404; "Status" for those without a name here.
std::string_view reason_phrase(int status);

}  // namespace prise::websocket
