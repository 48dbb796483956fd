// Point:  networks lose datagrams; this relay loses some on purpose: a local one never does.
// New:    a UDP socket that is connected: one peer, send and recv, and its refusals are reported.
// Kept:   sendto, recvfrom, net::Socket, net::resolve.
// Try:    --loss 0.3 in front of echo_server, and the client ten times; the same --seed again.

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <deque>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "console.hpp"
#include "net/error.hpp"
#include "net/socket.hpp"
#include "options.hpp"

using namespace prise;

// A client, and the socket that speaks for it: the server's replies come back there.
struct Guest {
  net::Address client;
  net::Socket to_server;
};
constexpr std::size_t guests_max = 16;  // beyond, the one who came first is forgotten

class Relay {
public:
  Relay(net::Socket to_clients, const net::Address& server, double loss, std::size_t seed)
      : to_clients_(std::move(to_clients)), server_(server), loss_(loss), random_(seed) {}

  void run() {
    while (true) {
      // poll sleeps until one of many sockets has something to read: lesson 13 builds on it.
      std::vector<pollfd> watched{{to_clients_.fd(), POLLIN, 0}};
      for (const Guest& guest : guests_)
        watched.push_back({guest.to_server.fd(), POLLIN, 0});
      net::checked(poll(watched.data(), watched.size(), -1), "poll");
      for (std::size_t i = 1; i < watched.size(); ++i)
        if (watched[i].revents != 0) pass_reply(guests_[i - 1]);
      if (watched[0].revents != 0) pass_request();  // last: it may change guests_
    }
  }

private:
  void pass_request() {
    sockaddr_storage sender{};
    socklen_t size = sizeof sender;
    const ssize_t count = recvfrom(to_clients_.fd(), buffer_.data(), buffer_.size(), 0,
                                   reinterpret_cast<sockaddr*>(&sender), &size);
    if (count == -1) net::throw_system_error("recvfrom");
    const net::Address client(reinterpret_cast<sockaddr*>(&sender), size);
    const std::string_view request(buffer_.data(), static_cast<std::size_t>(count));
    if (is_lost("Demande de", client, request)) return;
    send(guest_for(client).to_server.fd(), request.data(), request.size(), 0);
  }

  void pass_reply(const Guest& guest) {
    const ssize_t count = recv(guest.to_server.fd(), buffer_.data(), buffer_.size(), 0);
    if (count == -1 && errno == ECONNREFUSED) say("Personne n'écoute en {}", server_);
    if (count == -1) return;
    const std::string_view reply(buffer_.data(), static_cast<std::size_t>(count));
    if (is_lost("Réponse à", guest.client, reply)) return;
    sendto(to_clients_.fd(), reply.data(), reply.size(), 0, guest.client.data(),
           guest.client.size());
  }

  // The numbers of mt19937 are fixed by the standard, those of its distributions are not: a seed
  // gives the same losses everywhere.
  bool is_lost(std::string_view what, const net::Address& client, std::string_view text) {
    const bool lost = static_cast<double>(random_()) < loss_ * 4294967296.0;  // 2^32
    say("{} {} {} : {}", what, client, lost ? "perdue" : "transmise", text);
    return lost;
  }

  Guest& guest_for(const net::Address& client) {
    for (Guest& guest : guests_)
      if (guest.client == client) return guest;
    if (guests_.size() == guests_max) guests_.pop_front();
    guests_.push_back({client, net::Socket::open(server_.family(), SOCK_DGRAM)});
    // No packet leaves: connect only tells the kernel who the one peer is (udp(7)).
    if (connect(guests_.back().to_server.fd(), server_.data(), server_.size()) == -1)
      net::throw_system_error("connect " + server_.host_and_port());
    return guests_.back();
  }

  net::Socket to_clients_;
  net::Address server_;
  double loss_;
  std::mt19937 random_;
  std::deque<Guest> guests_;
  std::vector<char> buffer_ = std::vector<char>(65536);
};

int main(int argc, char** argv) {
  std::string to_host = "127.0.0.1";
  std::uint16_t to_port = 9999;
  double loss = 0.5;
  std::size_t seed = std::random_device()();
  const auto options = parse_options(argc, argv, {.port = 9998},
                                     {{"--to-host", &to_host, "La machine du vrai serveur"},
                                      {"--to-port", &to_port, "Le port du vrai serveur"},
                                      {"--loss", &loss, "La part perdue, de 0 à 1"},
                                      {"--seed", &seed, "La graine du hasard"}});

  if (!(loss >= 0 && loss <= 1)) {
    warn("Erreur : --loss est une part, de 0 (rien) à 1 (tout), pas {}.", loss);
    return 2;
  }

  const auto address = net::resolve(options.host, options.port, net::Purpose::listen).front();
  net::Socket to_clients = net::Socket::open(address.family(), SOCK_DGRAM);
  to_clients.bind(address, net::ReuseAddress::no);
  const auto server = net::resolve(to_host, to_port).front();
  if (server == to_clients.local_address()) {
    warn("Erreur : le relais s'enverrait tout à lui-même. Changez --port ou --to-port.");
    return 2;
  }
  say_chosen_port(options, to_clients.local_address().port());
  say("Relais UDP vers {} : perte {}, graine {}", server, loss, seed);
  Relay(std::move(to_clients), server, loss, seed).run();
}
