// What a Connection needs only until it is open. Internal to connection*.cpp.
#pragma once

#include <string>

#include "protocol/websocket/connection.hpp"

namespace prise::websocket {

struct Connection::Handshake {
  Buffer head;      // the beginning of a head that is not whole yet
  std::string key;  // Sec-WebSocket-Key: the one sent, or received

  // Server: the request, whose views look into `head` or into the input, and what is said of it.
  protocol::RequestHead request;
  HandshakeJudgement judgement;
  int answered_status = 0;  // by the program, if it refused
};

}  // namespace prise::websocket
