// A thread a client: what lesson 11 wrote in its server.cpp, behind one function.
#pragma once

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <functional>
#include <list>
#include <system_error>
#include <thread>

#include "bell.hpp"
#include "console.hpp"
#include "explain.hpp"
#include "net/error.hpp"
#include "net/stream.hpp"

namespace prise {

using Talk = std::function<void(net::Stream&)>;  // must not throw

// Made and destroyed by the thread that accepts.
struct Client {
  Client(net::Stream accepted, Bell& bell, const Talk& talk)
      : stream(std::move(accepted)), thread([this, &bell, &talk] {
          talk(stream);
          ended = true;
          bell.ring();
        }) {}

  net::Stream stream;
  std::atomic<bool> ended = false;
  std::jthread thread;  // last, so destroyed first: it is joined, and only then the stream closed
};

// Gives each client to `talk`, in a thread of its own, until Ctrl-C; then ends every connection,
// and waits for every thread.
inline void serve_until_ctrl_c(net::Listener& listener, const CtrlC& ctrl_c, const Talk& talk) {
  Bell bell;
  std::list<Client> clients;
  bool room = true;  // false: no descriptor or no thread was left, until a client leaves
  while (true) {
    std::array<pollfd, 3> watched{
        {{ctrl_c.fd(), POLLIN, 0}, {bell.fd(), POLLIN, 0}, {room ? listener.fd() : -1, POLLIN, 0}}};
    if (poll(watched.data(), watched.size(), room ? -1 : 1000) == -1 && errno != EINTR)
      net::throw_system_error("poll");
    if (watched[0].revents != 0) break;

    bell.silence();
    clients.remove_if([](const Client& client) { return client.ended.load(); });
    room = true;
    if (watched[2].revents == 0) continue;
    try {
      clients.emplace_back(listener.accept(), bell, talk);
    } catch (const std::system_error& error) {
      warn("Erreur : {}", explain(error));
      room = false;
    }
  }

  listener.close();
  for (const Client& client : clients)
    shutdown(client.stream.fd(), SHUT_RDWR);
  clients.clear();
}

}  // namespace prise
