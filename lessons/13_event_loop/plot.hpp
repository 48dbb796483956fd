// What measure found, and how it is drawn.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "ways.hpp"

// One way, with so many clients.
struct Row {
  std::size_t clients;
  Way way;
  double bytes_a_client;            // of the server's memory
  double microseconds_in_turn;      // of its processor, a message: one client speaks at a time
  double microseconds_all_at_once;  // the same, when all speak at once
};

// The processor's time, and the memory, against the number of clients, a curve for each way; all
// axes are logarithmic. Whole SVG documents.
std::string svg_of_time(std::span<const Row> rows);
std::string svg_of_memory(std::span<const Row> rows);
