// What measure found, and how it is drawn: a table's row, an SVG plot.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

// One transfer, read with one size of buffer.
struct Row {
  std::size_t buffer_bytes;
  std::uint64_t bytes;       // transferred
  std::uint64_t recv_calls;  // those that gave at least one byte
  double seconds;

  double mebibytes() const { return static_cast<double>(bytes) / (1 << 20); }
  double mebibytes_per_second() const { return mebibytes() / seconds; }
  double calls_per_mebibyte() const { return static_cast<double>(recv_calls) / mebibytes(); }
  double microseconds_per_call() const { return seconds * 1e6 / static_cast<double>(recv_calls); }
};

// Throughput against buffer size, both axes logarithmic: a whole SVG document.
std::string svg_plot(std::span<const Row> rows);
