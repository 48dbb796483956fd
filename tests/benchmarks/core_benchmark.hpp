// The groups of core_benchmark; each registers its own.
#pragma once

namespace prise::benchmarks {

void register_unmask();
void register_frames();
void register_utf8();

}  // namespace prise::benchmarks
