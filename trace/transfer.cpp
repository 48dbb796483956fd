#include "transfer.hpp"

#include <algorithm>
#include <array>

namespace prise::trace {
namespace {

// Which argument holds what; -1: none does.
struct Shape {
  std::string_view name;
  Direction direction;
  int data;     // a string, an iovec or a msghdr
  int address;  // a sockaddr
  int flags;
};

constexpr std::array shapes{
    Shape{"sendto", Direction::out, 1, 4, 3},   Shape{"recvfrom", Direction::in, 1, 4, 3},
    Shape{"sendmsg", Direction::out, 1, -1, 2}, Shape{"recvmsg", Direction::in, 1, -1, 2},
    Shape{"write", Direction::out, 1, -1, -1},  Shape{"read", Direction::in, 1, -1, -1},
    Shape{"writev", Direction::out, 1, -1, -1}, Shape{"readv", Direction::in, 1, -1, -1}};

// "…", or [{iov_base="…", iov_len=5}, …].
std::string bytes_of(std::string_view argument) {
  if (!argument.starts_with('[')) return bytes_of_string(argument);
  std::string bytes;
  for (const std::string_view item : items_of(argument)) {
    const std::string_view piece = field(item, "iov_base");
    bytes += bytes_of_string(piece);
    if (piece.ends_with("...")) break;  // what follows is not next to it
  }
  return bytes;
}

}  // namespace

void read_transfer(Step& step) {
  const Call& call = step.call;
  const auto shape = std::find_if(shapes.begin(), shapes.end(),
                                  [&](const Shape& one) { return one.name == call.name; });
  if (shape == shapes.end()) return;
  step.direction = shape->direction;
  const auto argument = [&](int i) {
    return i < 0 ? std::string_view() : call.argument(static_cast<std::size_t>(i));
  };
  step.peeked = argument(shape->flags).find("MSG_PEEK") != std::string_view::npos;
  if (argument(shape->flags).find("MSG_DONTWAIT") != std::string_view::npos) step.may_sleep = false;
  std::string_view data = argument(shape->data);
  std::string_view address = argument(shape->address);
  if (data.starts_with('{')) {  // a msghdr
    address = field(data, "msg_name");
    data = field(data, "msg_iov");
  }
  step.peer = address_of(address);
  // What a failed call was given went nowhere, what it was to be given did not come.
  step.count = static_cast<std::size_t>(call.value().value_or(0));
  if (step.count == 0) return;
  step.data = bytes_of(data);
  step.data.resize(std::min(step.data.size(), step.count));
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
