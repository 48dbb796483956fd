// What a call carried, and where to: the arguments of send, recv and their kin, read.
#pragma once

#include "merge/follow.hpp"

namespace prise::trace {

// Fills direction, count, data, peer and peeked of a call that sends or receives; leaves others
// alone.
void read_transfer(Step& step);

}  // namespace prise::trace
