// The chat room in one thread. No call in here ever waits, but one: Waiting::wait.
#pragma once

#include <fcntl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "console.hpp"
#include "net/error.hpp"
#include "net/stream.hpp"
#include "waiting.hpp"

constexpr std::size_t message_bytes_max = 1024;    // of one recv, as in the notes
constexpr std::size_t unsent_bytes_max = 1 << 18;  // who makes us keep more is too slow

// recv, send and accept fail with EAGAIN where they would have slept: fcntl(2).
inline void make_non_blocking(int fd) {
  const int flags = prise::net::checked(fcntl(fd, F_GETFL), "fcntl");
  prise::net::checked(fcntl(fd, F_SETFL, flags | O_NONBLOCK), "fcntl");
}

// EAGAIN: not now. Some systems call it EWOULDBLOCK.
inline bool would_block() {
  return errno == EAGAIN || errno == EWOULDBLOCK;
}

struct Client {
  prise::net::Socket socket;
  prise::net::Address address;
  std::string unsent = {};      // what the kernel did not take yet
  bool waits_to_write = false;  // watched for it
  bool leaving = false;         // removed at the end of the turn
};

// Who hears a message: the others, as in a chat; or its speaker alone, which measure wants: an
// answer to all would cost as much as all those sends, and hide what waiting costs.
enum class Audience { others, speaker };

class Room {
public:
  Room(prise::net::Listener& listener, Waiting& waiting, Audience audience = Audience::others)
      : listener_(listener), waiting_(waiting), audience_(audience) {
    make_non_blocking(listener_.fd());
  }

  // The event loop, until this descriptor can be read.
  void run(int stop) {
    waiting_.watch(listener_.fd(), Interest::read);
    waiting_.watch(stop, Interest::read);
    while (true) {
      for (const Ready& ready : waiting_.wait()) {
        if (ready.fd == stop) return say_goodbye();
        if (ready.fd == listener_.fd())
          accept_all();
        else
          serve(clients_.at(ready.fd), ready);
      }
      remove_leavers();
    }
  }

private:
  void accept_all() {
    while (true) {
      sockaddr_storage peer{};
      socklen_t peer_bytes = sizeof peer;
      auto* const peer_address = reinterpret_cast<sockaddr*>(&peer);
      const int fd = accept(listener_.fd(), peer_address, &peer_bytes);
      if (fd == -1 && would_block()) return;  // no one is left in the queue
      if (fd == -1 && (errno == EMFILE || errno == ENFILE)) {
        if (!refuse_one()) return;
      } else if (fd == -1 && errno != ECONNABORTED && errno != EINTR) {  // one that left again
        prise::net::throw_system_error("accept");
      } else if (fd != -1) {
        welcome({prise::net::Socket(fd), prise::net::Address(peer_address, peer_bytes)});
      }
    }
  }

  void welcome(Client client) {
    const int fd = client.socket.fd();
    make_non_blocking(fd);
    waiting_.watch(fd, Interest::read);
    prise::say("Nouvelle connexion : {}", client.address);
    clients_.emplace(fd, std::move(client));
  }

  // No descriptor is left for this client, yet the listener stays ready: we would be told of it
  // again and again. So one descriptor is kept for this: given up, it lets us accept, and refuse.
  // False when nobody is left in the queue: without a descriptor, accept does not look there.
  bool refuse_one() {
    spare_.close();
    prise::net::Socket refused(accept(listener_.fd(), nullptr, nullptr));
    const bool someone = refused.is_open();
    if (someone) {
      constexpr std::string_view excuse = "Le serveur est complet.";
      send(refused.fd(), excuse.data(), excuse.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      prise::say("Plus de descripteur libre : un client est refusé.");
    }
    refused.close();
    spare_ = prise::net::Socket(open("/dev/null", O_RDONLY | O_CLOEXEC));
    return someone;
  }

  void serve(Client& client, const Ready& ready) {
    if (ready.readable && !client.leaving) receive(client);
    if (ready.writable && !client.leaving) send_unsent(client);
  }

  void receive(Client& speaker) {
    std::array<char, message_bytes_max> buffer;
    const ssize_t count = recv(speaker.socket.fd(), buffer.data(), buffer.size(), 0);
    if (count == -1 && would_block()) return;  // nothing there after all: no harm, no end
    if (count <= 0) return let_go(speaker);    // the end, or ECONNRESET
    const std::string_view message(buffer.data(), static_cast<std::size_t>(count));
    prise::say("{} : {}", speaker.address, message);
    if (audience_ == Audience::speaker) return send_to(speaker, message);
    for (auto& [fd, client] : clients_)
      if (&client != &speaker) send_to(client, message);
  }

  void send_to(Client& client, std::string_view message) {
    if (client.leaving) return;
    client.unsent += message;
    send_unsent(client);
    if (client.unsent.size() <= unsent_bytes_max) return;
    prise::say("Trop lent : {}", client.address);
    let_go(client);
  }

  // As much as the kernel takes now. The rest waits for POLLOUT, which is asked for only then: a
  // socket can nearly always be written to, and the loop would never sleep.
  void send_unsent(Client& client) {
    const bool waited = client.waits_to_write;
    while (!client.unsent.empty()) {
      const ssize_t count =
          send(client.socket.fd(), client.unsent.data(), client.unsent.size(), MSG_NOSIGNAL);
      if (count == -1 && would_block()) break;
      if (count == -1) return let_go(client);  // EPIPE, ECONNRESET
      client.unsent.erase(0, static_cast<std::size_t>(count));
    }
    client.waits_to_write = !client.unsent.empty();
    if (client.waits_to_write != waited)
      waiting_.watch(client.socket.fd(),
                     client.waits_to_write ? Interest::read_and_write : Interest::read);
  }

  // Removed at the end of the turn: while somebody walks over the clients, or over those that are
  // ready, a neighbour would be passed over, and a closed descriptor's number be the next client's.
  void let_go(Client& client) {
    client.leaving = true;
    leavers_.push_back(client.socket.fd());
  }

  void remove_leavers() {
    for (const int fd : leavers_) {
      waiting_.forget(fd);
      prise::say("Connexion fermée : {}", clients_.at(fd).address);
      clients_.erase(fd);  // closes its socket
    }
    leavers_.clear();
  }

  void say_goodbye() {
    for (auto& [fd, client] : clients_)
      send_to(client, "Le serveur s'arrête.");
    clients_.clear();
  }

  prise::net::Listener& listener_;
  Waiting& waiting_;
  Audience audience_;
  std::map<int, Client> clients_;  // by descriptor
  std::vector<int> leavers_;       // theirs
  prise::net::Socket spare_{open("/dev/null", O_RDONLY | O_CLOEXEC)};
};
