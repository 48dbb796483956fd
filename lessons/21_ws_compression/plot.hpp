// What compression gains and what it costs, message by message.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>

// The three ways to send the same messages.
inline constexpr std::array<const char*, 3> ways{"tel quel", "contexte neuf", "contexte gardé"};

struct Cost {
  double bytes = 0;         // on TCP, a message
  double microseconds = 0;  // of processor, both sides together, a message
};

struct Row {
  std::size_t message_bytes = 0;
  std::array<Cost, ways.size()> costs;
};

// A whole SVG document: bytes to the right, time upwards, a curve a way.
std::string svg_plot(const std::string& kind, std::span<const Row> rows);
