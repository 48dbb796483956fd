// The clients of the measurement, all in one thread: they send frames, and compare every byte that
// comes back.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "net/poller.hpp"
#include "net/stream.hpp"

namespace prise::benchmark {

// What goes over the wire: WebSocket frames; or the same bytes to a server that knows nothing of
// them, and returns them as they are.
enum class Speech { websocket, raw };

enum class Traffic { echo, broadcast };

struct Mode {
  std::string name;
  std::size_t connections = 1;  // of a broadcast: the receivers; who sends comes on top
  std::size_t in_flight = 1;    // messages of a connection that are on their way at once
  std::size_t payload_bytes = 64;
  Traffic traffic = Traffic::echo;
};

struct Moved {
  std::uint64_t messages = 0;  // received, and right
  double seconds = 0;
  double own_cpu_seconds = 0;
};

class Load {
public:
  // Connects them all, and shakes hands. Throws std::runtime_error when the server does otherwise
  // than it should, here and in run().
  Load(std::uint16_t port, Speech speech, const Mode& mode);

  // For so long; then waits for what is still on its way.
  Moved run(double seconds);

private:
  struct Client {
    net::Stream stream;
    std::uint64_t received = 0;   // bytes
    std::uint64_t to_send = 0;    // bytes
    std::size_t sent_of_one = 0;  // of the frame that has begun to leave
    net::Interest interest = net::Interest::read;
  };

  void begin();
  void serve(const net::Ready& ready);
  void receive(Client& client);
  void send(Client& client);
  void check(const Client& client, std::size_t count) const;

  Mode mode_;
  std::string frame_;    // what is sent, once
  std::string frames_;   // many times
  std::string replies_;  // what must come back, many times
  std::size_t reply_bytes_;
  std::vector<char> buffer_;
  std::unique_ptr<net::Poller> poller_ = net::Poller::make();
  std::vector<Client> clients_;
  std::vector<std::size_t> by_fd_;
  std::uint64_t expected_ = 0;  // messages on their way
  std::uint64_t messages_ = 0;
  bool more_ = true;  // what came back is sent again
};

// One client after another: connects, shakes hands, leaves.
Moved connect_again_and_again(std::uint16_t port, Speech speech, double seconds);

}  // namespace prise::benchmark
