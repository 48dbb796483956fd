// A thread for each client, as lesson 11 explains it, and a limit on how many there are: a page
// left open in a browser must not shut the next client out.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <thread>

#include "console.hpp"
#include "net/error.hpp"
#include "net/stream.hpp"

namespace prise {

class ClientThreads {
public:
  ClientThreads() {
    net::checked(pipe(bell_.data()), "pipe");
    for (const int end : bell_) {
      net::checked(fcntl(end, F_SETFD, FD_CLOEXEC), "fcntl");
      net::checked(fcntl(end, F_SETFL, O_NONBLOCK), "fcntl");
    }
  }
  ~ClientThreads() {
    clients_.clear();  // a std::jthread is joined when it is destroyed
    for (const int end : bell_)
      close(end);
  }
  ClientThreads(const ClientThreads&) = delete;
  ClientThreads& operator=(const ClientThreads&) = delete;

  std::size_t size() const { return clients_.size(); }
  int fd() const { return bell_[0]; }  // readable when a thread has ended

  void start(std::function<void()> work) {
    Client& client = clients_.emplace_back();
    client.thread = std::jthread([this, &client, work = std::move(work)] {
      work();
      client.ended = true;
      [[maybe_unused]] const ssize_t count = write(bell_[1], "!", 1);  // full: it rings already
    });
  }

  void join_those_that_ended() {
    std::array<char, 256> rings{};
    while (read(bell_[0], rings.data(), rings.size()) > 0) {
    }
    clients_.remove_if([](const Client& client) { return client.ended.load(); });
  }

private:
  struct Client {
    std::atomic<bool> ended = false;
    std::jthread thread;  // the last member: joined before the others are gone
  };
  std::array<int, 2> bell_{};
  std::list<Client> clients_;  // a list: its elements never move
};

// Gives each client to `talk`, in a thread of its own, until Ctrl-C; then waits for all of them.
// Those beyond clients_max wait in the kernel's queue (listen(2)).
inline void serve(net::Listener& listener, const CtrlC& ctrl_c, std::size_t clients_max,
                  const std::function<void(net::Stream)>& talk) {
  ClientThreads threads;
  while (true) {
    threads.join_those_that_ended();
    const bool room = threads.size() < clients_max;
    if (!ctrl_c.wait_until_readable(room ? listener.fd() : threads.fd())) return;
    if (!room) continue;
    // std::function wants to copy what it holds, and a Stream has one owner.
    const auto client = std::make_shared<net::Stream>(listener.accept());
    threads.start([&talk, client] { talk(std::move(*client)); });
  }
}

}  // namespace prise
