#include "merge/transfer.hpp"

#include <algorithm>
#include <array>

#include "merge/descriptors.hpp"

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

}  // namespace prise::trace
