// Point:  a datagram larger than the buffer is cut, and the rest is lost for good.
// New:    MSG_TRUNC: recvfrom returns the datagram's true length, larger than the buffer.
// Kept:   sendto, recvfrom.
// Try:    make the buffer larger; compare with TCP, lesson 06, where the rest waits.

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "console.hpp"
#include "net/error.hpp"
#include "net/socket.hpp"
#include "options.hpp"

using namespace prise;

void send_to_self(const net::Socket& self, std::string_view text) {
  const net::Address address = self.local_address();
  if (sendto(self.fd(), text.data(), text.size(), 0, address.data(), address.size()) == -1)
    net::throw_system_error("sendto " + address.host_and_port());
  say("Envoyé : {} ({} octets)", text, text.size());
}

void receive_and_say(const net::Socket& self) {
  std::array<char, 10> buffer;
  const ssize_t length =
      recvfrom(self.fd(), buffer.data(), buffer.size(), MSG_TRUNC, nullptr, nullptr);
  if (length == -1) net::throw_system_error("recvfrom");
  const auto sent = static_cast<std::size_t>(length);
  const std::size_t kept = std::min(sent, buffer.size());  // never believe a length: look first
  say("Reçu : {} ({} octets, perdus : {})", std::string_view(buffer.data(), kept), kept,
      sent - kept);
}

int main(int argc, char** argv) {
  const auto options = parse_options(argc, argv, {.port = 9999});

  const auto address = net::resolve(options.host, options.port, net::Purpose::listen).front();
  net::Socket self = net::Socket::open(address.family(), SOCK_DGRAM);
  self.bind(address, net::ReuseAddress::no);
  say_chosen_port(options, self.local_address().port());

  send_to_self(self, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
  send_to_self(self, "bonjour");
  receive_and_say(self);
  receive_and_say(self);  // the second datagram, not the rest of the first
}
