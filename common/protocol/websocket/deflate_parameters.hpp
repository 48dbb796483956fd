// What two sides agree on before they compress: permessage-deflate (RFC 7692 section 7.1).
// Written raw in lesson 21.
#pragma once

#include <optional>
#include <string>

#include "protocol/websocket/extension.hpp"

namespace prise::websocket {

inline constexpr std::string_view deflate_extension = "permessage-deflate";

// Whether a message may refer to those before it. It compresses better, and each connection keeps
// its window: about 32 KiB to inflate and 256 KiB to deflate, at the largest sizes.
enum class Takeover : std::uint8_t { keep, none };

// What one side wishes.
struct DeflateOptions {
  Takeover server_takeover = Takeover::keep;
  Takeover client_takeover = Takeover::keep;
  int server_window_bits_max = 15;  // 8 to 15; the window is 2^bits bytes
  int client_window_bits_max = 15;
  int level = 6;                          // zlib's, 1 (quick) to 9 (small)
  int memory_level = 8;                   // zlib's, 1 to 9
  std::size_t compressed_bytes_min = 32;  // shorter messages are sent as they are
};

// What was agreed. "server" is about messages that the server sends, "client" about the client's.
struct DeflateParameters {
  Takeover server_takeover = Takeover::keep;
  Takeover client_takeover = Takeover::keep;
  int server_window_bits = 15;
  int client_window_bits = 15;

  bool operator==(const DeflateParameters&) const = default;
};

struct DeflateAnswer {
  DeflateParameters parameters;
  std::string text;  // the server's Sec-WebSocket-Extensions
};

// The client's offer, for its Sec-WebSocket-Extensions.
std::string deflate_offer(const DeflateOptions& options);

// The server's answer to one offer; nothing if it declines it (section 7: an unknown parameter, one
// that is there twice, or a value that it may not have).
std::optional<DeflateAnswer> answer_offer(const Extension& offer, const DeflateOptions& options);

// What the server's answer means to the client; nothing if it is not one that the offer allowed.
std::optional<DeflateParameters> accept_answer(const Extension& answer,
                                               const DeflateOptions& options);

}  // namespace prise::websocket
