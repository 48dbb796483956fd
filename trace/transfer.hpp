// What a call carried, and the addresses in it: the arguments of send, recv and their kin, read.
#pragma once

#include <string>
#include <string_view>

#include "follow.hpp"

namespace prise::trace {

// Fills direction, count, data, peer and peeked of a call that sends or receives; leaves others
// alone.
void read_transfer(Step& step);

// An address as the log writes it, without what says that it is IPv4 behind an IPv6 socket.
std::string plain_address(std::string_view address);

}  // namespace prise::trace
