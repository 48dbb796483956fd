// Thousands of WebSocket clients in one thread, which may behave as badly as they like.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/poller.hpp"
#include "net/socket.hpp"
#include "scale/wire.hpp"

namespace prise::scale {

struct Client {
  enum class Phase : std::uint8_t { handshake, open, refused, gone };

  std::size_t seat;  // the program's own number
  net::Socket socket;
  Phase phase = Phase::handshake;
  net::Interest interest = net::Interest::nothing;
  bool stalled = false;
  bool answers_pings = true;
  bool close_sent = false;
  int close_code = 0;   // of the server's Close frame; 0: none came
  int status = 0;       // of the answer to its request
  std::string kept;     // of what came, a frame's beginning
  std::string to_send;  // what the kernel has not taken yet
};

// How the server ended it: see close_code and status.
enum class End : std::uint8_t { end_of_stream, cut };  // cut: a reset, or nobody was there

// What the program does about them. It may call anything of the crowd but turn().
class Audience {
public:
  virtual ~Audience() = default;
  virtual void opened(Client&) = 0;
  virtual void heard(Client&, Opcode text_or_binary, std::string_view payload) = 0;
  virtual void ended(Client&, End) = 0;  // not for those that cut() ended
};

enum class Cut : std::uint8_t { end_of_stream, reset };
enum class Buffers : std::uint8_t { usual, small };  // of the kernel, on both sides

class Crowd {
public:
  Crowd(const net::Address& server, Audience& audience) : server_(server), audience_(audience) {}

  // Connects. What it sends first is its request, as a rule.
  Client& come(std::size_t seat, std::string_view first = request(),
               Buffers buffers = Buffers::usual);
  // One turn, which waits for so long at the most. False: nothing happened.
  bool turn(std::chrono::milliseconds time_max);

  void send(Client& client, std::string_view bytes);
  void leave(Client& client);         // with a Close frame: the server ends it
  void cut(Client& client, Cut how);  // at once
  void stall(Client& client);         // reads nothing, and sees no end
  void wake(Client& client);          // reads again
  std::size_t here() const { return here_; }
  std::size_t in_handshake() const { return in_handshake_; }

private:
  void receive(Client& client);
  std::size_t take(Client& client, std::string_view bytes);
  std::size_t take_answer(Client& client, std::string_view bytes);
  void take_frame(Client& client, const Frame& frame);
  void flush(Client& client);
  void watch(Client& client);
  void end(Client& client, End how);
  void remove(Client& client);

  net::Address server_;
  Audience& audience_;
  std::unique_ptr<net::Poller> poller_ = net::Poller::make();
  std::vector<char> buffer_ = std::vector<char>(256 * 1024);
  std::vector<std::unique_ptr<Client>> by_fd_;
  std::vector<std::unique_ptr<Client>> gone_;  // until the end of the turn
  std::size_t here_ = 0, in_handshake_ = 0, came_ = 0;
};

}  // namespace prise::scale
