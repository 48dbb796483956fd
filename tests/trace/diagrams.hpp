// Diagrams made by hand, as a trace of the lessons would give them, and as none ever should.
#pragma once

#include <cstddef>

#include "diagram.hpp"

namespace prise::trace {

Diagram chat_in_turns();             // as lesson 09: two that wait for each other
Diagram three_clients();             // as lesson 13: a loop, and bytes that wait in the kernel
Diagram websocket_echo();            // as lesson 17: the handshake, then frames
Diagram datagrams();                 // as lesson 05: one arrives, one is lost
Diagram one_lane();                  // a server that nobody calls, and what it sends to nobody
Diagram hostile();                   // every text is one that would like to be markup
Diagram long_exchange(std::size_t);  // that many calls of two threads and a client

}  // namespace prise::trace
