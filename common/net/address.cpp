#include "net/address.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <system_error>

#include "net/error.hpp"

namespace prise::net {
namespace {

class ResolverCategory : public std::error_category {
  const char* name() const noexcept override { return "getaddrinfo"; }
  std::string message(int code) const override { return ::gai_strerror(code); }
};

}  // namespace

const std::error_category& resolver_category() {
  static const ResolverCategory category;
  return category;
}

Address::Address() {
  kept_.any.sa_family = AF_INET;
}

Address::Address(const sockaddr* address, socklen_t bytes) {
  assert(address->sa_family == AF_INET || address->sa_family == AF_INET6);
  std::memcpy(&kept_, address, std::min<std::size_t>(bytes, sizeof kept_));
}

Address Address::ipv4(const std::string& host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (::inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1)
    throw std::invalid_argument("ipv4 " + host);
  return Address(reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

std::uint16_t Address::port() const {
  return ntohs(family() == AF_INET6 ? kept_.ipv6.sin6_port : kept_.ipv4.sin_port);
}

void Address::set_port(std::uint16_t port) {
  if (family() == AF_INET6)
    kept_.ipv6.sin6_port = htons(port);
  else
    kept_.ipv4.sin_port = htons(port);
}

std::string Address::host() const {
  char text[INET6_ADDRSTRLEN] = "";
  const void* bits = family() == AF_INET6 ? static_cast<const void*>(&kept_.ipv6.sin6_addr)
                                          : static_cast<const void*>(&kept_.ipv4.sin_addr);
  ::inet_ntop(family(), bits, text, sizeof text);
  return text;
}

bool Address::is_any() const {
  if (family() == AF_INET6) return IN6_IS_ADDR_UNSPECIFIED(&kept_.ipv6.sin6_addr);
  return kept_.ipv4.sin_addr.s_addr == htonl(INADDR_ANY);
}

std::string Address::text() const {
  std::string text = "('" + host() + "', " + std::to_string(port());
  if (family() == AF_INET6) {
    text += ", " + std::to_string(ntohl(kept_.ipv6.sin6_flowinfo));
    text += ", " + std::to_string(kept_.ipv6.sin6_scope_id);
  }
  return text + ")";
}

std::string Address::host_and_port() const {
  std::string text = host();
  if (family() == AF_INET6) text.insert(0, 1, '[').push_back(']');
  return text.append(":").append(std::to_string(port()));
}

socklen_t Address::size() const {
  return static_cast<socklen_t>(family() == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in));
}

bool operator==(const Address& left, const Address& right) {
  return left.family() == right.family() && left.text() == right.text();
}

std::vector<Address> resolve(const std::string& host, std::uint16_t port, Purpose purpose) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;  // one answer an address, not one for each kind of socket
  hints.ai_flags = purpose == Purpose::listen ? AI_PASSIVE : 0;
  addrinfo* found = nullptr;
  const int code = ::getaddrinfo(host.empty() ? nullptr : host.c_str(),
                                 std::to_string(port).c_str(), &hints, &found);
  if (code == EAI_SYSTEM) throw_system_error("getaddrinfo " + host);
  if (code != 0) throw std::system_error(code, resolver_category(), "getaddrinfo " + host);

  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  std::vector<Address> addresses;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    if (one->ai_family == AF_INET || one->ai_family == AF_INET6)
      addresses.emplace_back(one->ai_addr, one->ai_addrlen);
  }
  if (addresses.empty())
    throw std::system_error(EAI_NONAME, resolver_category(), "getaddrinfo " + host);
  return addresses;
}

}  // namespace prise::net
