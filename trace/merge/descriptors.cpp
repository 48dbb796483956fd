#include "merge/descriptors.hpp"

#include <algorithm>

namespace prise::trace {

void learn(Endpoint& endpoint, std::string_view annotation) {
  const std::size_t colon = annotation.find(':');
  const std::string_view kind = annotation.substr(0, colon);
  if (kind == "TCP" || kind == "TCPv6") endpoint.what = What::stream;
  if (kind == "UDP" || kind == "UDPv6") endpoint.what = What::datagrams;
  if (kind == "pipe") endpoint.what = What::pipe, endpoint.inode = annotation;
  if (annotation.starts_with("/dev/pts/") || annotation.starts_with("/dev/tty"))
    endpoint.what = What::terminal;
  if (annotation == "anon_inode:[eventpoll]") endpoint.what = What::epoll;
  if (annotation == "anon_inode:[eventfd]") endpoint.what = What::pipe;
  if (annotation == "anon_inode:[timerfd]") endpoint.what = What::timer;
  if (endpoint.what != What::stream && endpoint.what != What::datagrams) return;
  if (colon == std::string_view::npos || annotation.size() < colon + 3) return;
  const std::string_view inside = annotation.substr(colon + 2, annotation.size() - colon - 3);
  if (inside.find(':') == std::string_view::npos) return;  // the inode: no address yet, or no more
  const std::size_t arrow = inside.find("->");
  endpoint.local = plain_address(inside.substr(0, arrow));
  if (arrow != std::string_view::npos) endpoint.remote = plain_address(inside.substr(arrow + 2));
}

std::string plain_address(std::string_view address) {
  static constexpr std::string_view mapped = "[::ffff:";
  const std::size_t close = address.find(']');
  if (!address.starts_with(mapped) || close == std::string_view::npos ||
      address.find('.') == std::string_view::npos)
    return std::string(address);
  return std::string(address.substr(mapped.size(), close - mapped.size())) +
         std::string(address.substr(close + 1));
}

std::string address_of(std::string_view sockaddr) {
  if (!sockaddr.starts_with('{')) return {};
  const auto inside = [](std::string_view text) {  // of the brackets: htons(9999)
    const std::size_t open = text.find('(');
    return open == std::string_view::npos ? text
                                          : text.substr(open + 1, text.rfind(')') - open - 1);
  };
  if (const std::string_view port = field(sockaddr, "sin_port"); !port.empty())
    return bytes_of_string(inside(field(sockaddr, "sin_addr"))) + ":" + std::string(inside(port));
  const std::string_view port = field(sockaddr, "sin6_port");
  for (const std::string_view item : items_of(sockaddr))  // inet_pton(AF_INET6, "::1", &sin6_addr)
    if (item.starts_with("inet_pton(") && !port.empty())
      return plain_address("[" + bytes_of_string(item) + "]:" + std::string(inside(port)));
  return {};
}

std::string annotation_of(std::string_view argument) {
  const std::size_t open = argument.find('<');
  if (open == std::string_view::npos) return {};
  std::string text;
  std::string_view rest = argument.substr(open + 1);
  while (!rest.empty()) {
    const std::string_view escape = rest.substr(0, std::min<std::size_t>(4, rest.size()));
    if (const std::string byte = bytes_of_string(escape); byte.size() == 1) {
      text += byte;
      rest.remove_prefix(4);
    } else {
      text += rest.front();
      rest.remove_prefix(1);
    }
  }
  if (text.ends_with('>')) text.pop_back();
  if (const std::size_t inner = text.find('<'); inner != std::string::npos) text.resize(inner);
  return text;
}

}  // namespace prise::trace
