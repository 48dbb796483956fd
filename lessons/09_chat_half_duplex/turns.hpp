// What both sides of the chat do in the same way: a turn to speak, a turn to listen, and the three
// ways in which a turn may go.
#pragma once

#include <poll.h>
#include <strings.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>

#include "console.hpp"
#include "net/error.hpp"
#include "net/stream.hpp"

namespace prise {

enum class Turn {
  taken,      // something was said: now it is the other's turn
  peer_left,  // quit, end of stream, or a connection that was cut
  we_left,    // quit, Ctrl-D or Ctrl-C on our side; the peer has been told
};

// What one recv gives is taken for one message, whole. TCP never promised that: see lesson 08.
inline constexpr std::size_t message_bytes_max = 4096;

inline bool is_quit(std::string_view message) {  // in any case: Quit, QUIT
  return message.size() == 4 && strncasecmp(message.data(), "quit", 4) == 0;
}

inline Turn send_message(net::Stream& peer, const std::string& message) {
  try {
    peer.send_all(message);
    return Turn::taken;
  } catch (const std::system_error&) {  // EPIPE, ECONNRESET: it went away while we were typing
    return Turn::peer_left;
  }
}

inline Turn leave(net::Stream& peer) {
  send_message(peer, "quit");
  return Turn::we_left;
}

// The socket can be read although it is our turn. Whoever only looks (MSG_PEEK) takes nothing away:
// a message that came too early is still there for the next recv.
inline bool has_left(const net::Stream& peer) {
  std::array<char, 5> first;  // "quit" and one more byte, so that "quitter" is not taken for it
  const ssize_t count = recv(peer.fd(), first.data(), first.size(), MSG_PEEK);
  return count <= 0 || is_quit({first.data(), static_cast<std::size_t>(count)});
}

// Our turn: a line from the keyboard to the socket.
inline Turn speak(net::Stream& peer) {
  constexpr int nothing = -1;
  int watched = peer.fd();  // who waits for the user must still notice that nobody listens any more
  while (true) {
    const Answer typed = ask("Vous : ", watched);
    if (typed.kind == AnswerKind::readable) {
      if (has_left(peer)) return Turn::peer_left;
      watched = nothing;  // it would stay readable, and never let the user type
    } else if (!typed || is_quit(typed.line)) {
      return leave(peer);
    } else if (!typed.line.empty()) {  // zero bytes do not travel: both would wait for ever
      return send_message(peer, typed.line);
    }
  }
}

// recv sleeps until the peer speaks, and nothing else wakes it. poll sleeps on several descriptors
// at once: the socket, and the one that becomes readable at Ctrl-C. See poll(2), and lesson 13.
inline bool wait_until_readable(int fd, const CtrlC& ctrl_c) {
  std::array<pollfd, 2> watched{{{fd, POLLIN, 0}, {ctrl_c.fd(), POLLIN, 0}}};
  while (poll(watched.data(), watched.size(), -1) == -1)
    if (errno != EINTR) net::throw_system_error("poll");  // EINTR: a signal came, look again
  return watched[1].revents == 0;
}

// The peer's turn: a message from the socket.
inline Turn listen_to(net::Stream& peer, const CtrlC& ctrl_c, std::string& message) {
  if (!wait_until_readable(peer.fd(), ctrl_c)) return leave(peer);
  try {
    message = peer.receive_some(message_bytes_max);
  } catch (const std::system_error&) {  // ECONNRESET: not even time for a farewell
    return Turn::peer_left;
  }
  return message.empty() || is_quit(message) ? Turn::peer_left : Turn::taken;
}

}  // namespace prise
