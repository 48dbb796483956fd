// Many clients of one server, which speak in turn or all at once and read each answer.
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "net/stream.hpp"

struct ServerGone {};  // where an answer was expected

// The connections' other ends, all in this process.
class Crowd {
public:
  Crowd(const prise::net::Address& server, std::size_t count) {
    while (clients_.size() < count)
      clients_.push_back(prise::net::Stream::connect(server));
  }
  // Gone at once (RST): no connection lingers in TIME_WAIT, of which there would be thousands.
  ~Crowd() {
    const linger at_once{1, 0};
    for (const prise::net::Stream& client : clients_)
      setsockopt(client.fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  void speak_in_turn(std::size_t times) {
    constexpr std::size_t stride = 7919;  // neighbours do not speak one after the other
    for (std::size_t i = 0; i < times; ++i) {
      prise::net::Stream& client = clients_[i * stride % clients_.size()];
      speak(client);
      expect_answer(client);
    }
  }
  void speak_all_at_once(std::size_t times) {
    for (std::size_t i = 0; i < times; ++i) {
      for (prise::net::Stream& client : clients_)
        speak(client);
      for (prise::net::Stream& client : clients_)
        expect_answer(client);
    }
  }

private:
  static void speak(prise::net::Stream& client) {
    try {
      client.send_all(text);
    } catch (const std::system_error&) {  // ECONNRESET, EPIPE
      throw ServerGone();
    }
  }
  static void expect_answer(prise::net::Stream& client) {
    std::string answer(text.size(), '\0');
    std::size_t received = 0;
    try {
      received = client.receive_exactly(std::as_writable_bytes(std::span(answer)));
    } catch (const std::system_error&) {
    }
    if (received < answer.size()) throw ServerGone();
  }

  static constexpr std::string_view text = "Bonjour !";
  std::vector<prise::net::Stream> clients_;
};
