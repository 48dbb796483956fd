// Sec-WebSocket-Key and the proof that a server has read it (RFC 6455 sections 4.1 and 4.2.2).
// Written raw in lesson 15; SHA-1 and base64 are OpenSSL's.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "protocol/websocket/bytes.hpp"

namespace prise::websocket {

using Nonce = std::array<std::byte, 16>;

// The value of Sec-WebSocket-Key: the nonce in base64, 24 characters.
std::string key_of(const Nonce& nonce);

// True if `key` is the base64 of 16 bytes, in the one spelling that key_of gives.
bool is_key(std::string_view key);

// The value of Sec-WebSocket-Accept for a key: base64(SHA-1(key + GUID)), 28 characters. It proves
// nothing of who answers, only that the answer is to this request and from a WebSocket server.
std::string accept_key(std::string_view key);

}  // namespace prise::websocket
