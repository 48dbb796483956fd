// What a program decides about its WebSockets, once, for all of its connections. Lesson 17.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "protocol/http_head.hpp"
#include "protocol/websocket/buffer_pool.hpp"
#include "protocol/websocket/deflate_parameters.hpp"
#include "protocol/websocket/mask.hpp"

namespace prise::websocket {

// A server may be asked for a page at the port of its WebSocket.
enum class PlainRequests : std::uint8_t {
  refuse,    // 426: this port speaks only WebSocket
  hand_out,  // Event PlainRequested: the program answers
};

// It must outlive the connections made with it, which refer to it. Connections in several threads
// may share one, if `buffers` is null and `mask_source` may be called from several at once.
struct Config {
  // Limits. A peer that passes one is refused with 431, or close code 1009.
  protocol::HeadLimits head;
  std::uint64_t message_bytes_max = 1024 * 1024;  // after inflating, all fragments together
  std::uint32_t fragments_max = 1 << 18;          // of one message

  // Server: what it speaks, the best first. Client: what it offers, the best first.
  std::vector<std::string> subprotocols;

  // Server: pages of these origins may connect ("https://example.com"); all may if it is empty. A
  // request without Origin comes from no browser, and could lie: it is let in (section 10.2).
  std::vector<std::string> origins_allowed;

  PlainRequests plain_requests = PlainRequests::refuse;  // server

  // permessage-deflate is offered or accepted if this is set.
  std::optional<DeflateOptions> deflate;

  // Client: fresh bytes that nobody can foresee, for the handshake's key and for each frame's mask
  // (sections 4.1 and 5.3). A client must have one; a server needs none.
  std::function<MaskKey()> mask_source;

  // Not owned, may be null: then each connection keeps its own small buffers.
  BufferPool* buffers = nullptr;
};

}  // namespace prise::websocket
