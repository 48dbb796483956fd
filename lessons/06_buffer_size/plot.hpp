// What measure found, and how it is drawn: a table's row, a bar, an SVG file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
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

// As the French write it: 3,14.
std::string decimal(double value, int digits);

// value, from 0 to value_max, as blocks of an eighth of a column; never empty when value is not 0.
std::string bar(double value, double value_max, std::size_t columns);

// Throughput against buffer size, both axes logarithmic: a whole SVG document.
std::string svg_plot(std::span<const Row> rows);

// Why no file can be written at this path (a French phrase); nullopt: it can, as far as can be
// told.
std::optional<std::string> obstacle_to_writing(const std::string& path);

// Writes the file whole or not at all; what stood there before stays until then. Gives the obstacle
// if there was one.
std::optional<std::string> write_whole(const std::string& path, const std::string& text);
