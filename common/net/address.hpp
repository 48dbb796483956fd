// An IP address and a port, IPv4 or IPv6, as the kernel keeps it. The IPv4 part is first written
// raw in lesson 01 (inet_pton, htons), names and IPv6 in lesson 04 (getaddrinfo). See ip(7),
// ipv6(7).
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <system_error>
#include <vector>

namespace prise::net {

class Address {
public:
  Address();                                          // 0.0.0.0, port 0
  Address(const sockaddr* address, socklen_t bytes);  // copies; AF_INET or AF_INET6

  // A numeric address, "127.0.0.1": no look-up. Throws std::invalid_argument when it is not one.
  static Address ipv4(const std::string& host, std::uint16_t port);

  int family() const { return kept_.any.sa_family; }
  std::uint16_t port() const;  // in the host's byte order, as everywhere outside this class
  void set_port(std::uint16_t port);
  std::string host() const;  // numeric: "127.0.0.1", "::1"
  bool is_any() const;       // 0.0.0.0 or ::, every interface of the machine

  std::string text() const;  // as Python shows it: ('127.0.0.1', 52314), ('::1', 52314, 0, 0)
  std::string host_and_port() const;  // as people write it: 127.0.0.1:52314, [::1]:52314

  const sockaddr* data() const { return &kept_.any; }
  socklen_t size() const;
  friend bool operator==(const Address& left, const Address& right);

private:
  union Kept {  // as its family says; sockaddr_storage would hold any family's, in 128 bytes
    sockaddr_in6 ipv6;
    sockaddr_in ipv4;
    sockaddr any;
  };
  Kept kept_{};
};

enum class Purpose { connect, listen };

// Every address the name stands for, in the order in which to try them; never empty. An empty host
// stands for the loopback (connect) or for every interface (listen). Throws std::system_error in
// resolver_category() when there is none. Blocks while the system asks its name servers.
std::vector<Address> resolve(const std::string& host, std::uint16_t port,
                             Purpose purpose = Purpose::connect);

// The errors of getaddrinfo(3), which are not errno's.
const std::error_category& resolver_category();

}  // namespace prise::net
