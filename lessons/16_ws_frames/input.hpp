// Bytes as people write them, or as they were recorded.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace prise {

inline constexpr std::size_t input_bytes_max = 1024 * 1024;

struct Input {
  std::string bytes;
  std::string fault;  // why there are none, in French; empty: there are
};

// The words, in hex; without words the file, and without file standard input: in hex or as they
// are.
Input read_input(const std::vector<std::string>& words, const std::string& path);

}  // namespace prise
