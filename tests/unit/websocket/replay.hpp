// Plays bytes to a Connection, cut in any way, and writes down what it says and sends, as text.
//
//   events: "text(Hello) ping(a) closed(1002 frame_unmasked)"    output: "pong(a) close(1002 ...)"
#pragma once

#include <string>
#include <vector>

#include "protocol/websocket/connection.hpp"
#include "unit/websocket/bytes.hpp"

namespace prise::websocket::test {

inline constexpr MaskKey mask_key{std::byte{0x37}, std::byte{0xfa}, std::byte{0x21},
                                  std::byte{0x3d}};

// With a mask source that always gives mask_key: fit for tests, for nothing else.
Config test_config();

// The handshake that `config` leads to, as the other side sends it.
std::string request_for(const Config& config);
std::string response_for(const Config& config);

// A connection whose handshake is over, its output written.
Connection opened(Role role, const Config& config);

struct Played {
  std::string events;
  std::string output;

  bool operator==(const Played&) const = default;
};

// One event as text.
std::string described(const Event& event);

// Every frame of `wire`, sent by `sender`, as text; bytes that are no frame as hex.
std::string described(Bytes wire, Role sender);

// All that the connection has to send; it is taken as written.
Buffer taken_output(Connection& connection);

// Gives `bytes` in chunks of the given sizes (the last one repeated), each from a buffer that is
// overwritten as soon as the connection wants more.
std::string played_events(Connection& connection, Bytes bytes,
                          const std::vector<std::size_t>& chunks);
Played played(Role role, const Config& config, Bytes bytes, const std::vector<std::size_t>& chunks);

}  // namespace prise::websocket::test
