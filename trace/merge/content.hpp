// What the bytes of a stream mean: HTTP heads, WebSocket frames, TLS records. Each flow is read
// from its first byte on, with the course's own codecs.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "diagram.hpp"
#include "merge/flows.hpp"

namespace prise::trace {

// What begins at one place of a flow, and is not a WebSocket frame: « GET / HTTP/1.1, une demande
// de passage à WebSocket », « un enregistrement TLS : ClientHello ».
struct Mark {
  std::string meaning;
  bool hides_bytes = false;  // they are encrypted: as text they say nothing
  std::size_t bytes = 0;     // how far they reach, when they are hidden
};

struct Content {
  std::map<std::size_t, Frame> frames;  // by the offset of their first byte
  std::map<std::size_t, Mark> marks;    // the same
};

// What the marks say of these bytes of a flow, also of those that are the rest of what began
// before; empty: nothing.
enum class Marks { all, hiding };
std::string marked(const Content& content, std::size_t offset, std::size_t end, Marks which);

// One for each flow. The other direction tells whether a handshake was accepted.
std::vector<Content> read_contents(const Followed& all, const Flows& flows);

// Text of a few bytes, safe to show, cut between two characters.
std::string shown_text(std::string_view bytes, std::size_t bytes_max = 200);

// "42 6f 6e"
std::string shown_hex(std::string_view bytes, std::size_t bytes_max = 64);

}  // namespace prise::trace
