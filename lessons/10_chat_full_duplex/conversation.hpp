// What both sides of the chat share: the thread that sends, and how two threads end together.
#pragma once

#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <string>
#include <string_view>
#include <system_error>

#include "console.hpp"
#include "net/error.hpp"
#include "net/stream.hpp"

namespace prise {

// The end of a conversation, of which one thread learns first and both must know. The other sleeps,
// in recv or in ask, and looks at no variable while it does: it has to be woken by what it sleeps
// on.
class End {
public:
  explicit End(const net::Stream& peer) : socket_(peer.fd()) {
    net::checked(pipe(pipe_.data()), "pipe");
  }
  ~End() {
    for (const int end : pipe_)
      close(end);
  }
  End(const End&) = delete;
  End& operator=(const End&) = delete;

  // By either thread, or by both.
  void call() {
    called_ = true;
    // recv returns 0 now. close would not wake it; it would only free the descriptor's number,
    // which the next socket or file of any thread would be given: recv might then read from a
    // stranger.
    shutdown(socket_, SHUT_RDWR);
    [[maybe_unused]] const ssize_t count = write(pipe_[1], "!", 1);  // ask returns now
  }
  // Before the farewell goes out: the peer may answer it by closing before we have done more.
  void expect() { called_ = true; }
  bool called() const { return called_; }
  int fd() const { return pipe_[0]; }  // readable once the end is called, and for good: never read

private:
  int socket_;
  std::array<int, 2> pipe_{};
  std::atomic<bool> called_ = false;
};

inline bool is_quit(std::string_view message) {  // in any case: Quit, QUIT
  return message.size() == 4 && strncasecmp(message.data(), "quit", 4) == 0;
}

// Empty: nobody is there any more, in whatever way they left.
inline std::string receive_message(net::Stream& peer) {
  try {
    return peer.receive_some(4096);
  } catch (const std::system_error&) {
    return {};
  }
}

// The thread that sends: every line that is typed. Ends at quit, Ctrl-D or Ctrl-C, or when the
// other thread calls the end.
inline void send_messages(net::Stream& peer, End& end) {
  try {
    while (const Answer typed = ask("", end.fd())) {
      if (is_quit(typed.line)) break;
      peer.send_all(typed.line);
    }
    if (end.called()) return;
    end.expect();
    peer.send_all("quit");
    end.call();
  } catch (const std::system_error&) {
    // Nobody reads any more. recv says the same to the other thread, which tells the user.
  }
}

}  // namespace prise
