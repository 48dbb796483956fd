// Who wants to see the frames themselves, as they are on the wire: for a program that shows them.
// Used by examples/chat.
#pragma once

#include <cstdint>

#include "protocol/websocket/frame.hpp"

namespace prise::websocket {

enum class Direction : std::uint8_t { received, sent };

// Called in the middle of the connection's own calls: it must not call the connection back. A frame
// that is sent is seen when it is queued, one that is received when its head is whole.
class FrameWatcher {
public:
  virtual ~FrameWatcher() = default;
  // A frame begins. Its payload follows, still masked if `head.masked`, in one piece or several of
  // one direction; none if it is empty. The bytes live as long as the call.
  virtual void frame(Direction direction, const FrameHead& head) = 0;
  virtual void payload(Direction direction, Bytes piece) = 0;
};

}  // namespace prise::websocket
