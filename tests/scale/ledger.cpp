#include "scale/ledger.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

namespace prise::scale {
namespace {

constexpr std::size_t speaker_digits = 6, number_digits = 8;
constexpr std::size_t head_bytes = speaker_digits + 1 + number_digits;

template <class Number>
Number number_in(std::string_view digits) {
  Number number{};
  const auto [end, error] = std::from_chars(digits.begin(), digits.end(), number);
  if (error != std::errc() || end != digits.end())
    throw Violation("un message que personne n'a dit : " + std::string(digits));
  return number;
}

}  // namespace

std::string spoken(const Words& words, std::size_t bytes) {
  std::string text = fmt::format("{:06} {:08} ", words.speaker, words.number);
  text.resize(std::max(bytes, text.size()), static_cast<char>('a' + words.number % 26));
  return text;
}

Words understood(std::string_view text) {
  if (text.size() < head_bytes) throw Violation("un message trop court");
  return {number_in<std::size_t>(text.substr(0, speaker_digits)),
          number_in<std::uint32_t>(text.substr(speaker_digits + 1, number_digits))};
}

void Floor::was_heard(const Words& words) {
  if (words.speaker >= speakers() || words.number >= said_[words.speaker])
    throw Violation(fmt::format("{} n'a pas dit son n° {}", words.speaker, words.number));
  heard_[words.speaker] = std::max(heard_[words.speaker], words.number + 1);
}

void Ledger::hear(const Words& words) {
  std::uint32_t& next = next_[words.speaker];
  const bool begins = !begun_[words.speaker];
  begun_[words.speaker] = true;
  if (begins && words.number < next) next = words.number;  // was on its way when it came
  if (words.number < next)
    throw Violation(fmt::format("le n° {} de {} est venu deux fois, ou après le n° {}",
                                words.number, words.speaker, next - 1));
  if (words.number > next)
    throw Violation(fmt::format("il manque le n° {} de {} : le n° {} est venu", next, words.speaker,
                                words.number));
  ++next;
}

void Ledger::close() const {
  for (std::size_t speaker = 0; speaker < due_.size(); ++speaker) {
    if (next_[speaker] < due_[speaker])
      throw Violation(
          fmt::format("il manque le n° {} de {} à qui est parti ensuite", next_[speaker], speaker));
  }
}

}  // namespace prise::scale
