// Who has said what in the room, and what each of those who are there must have heard of it: all
// that was said from after they came to before they left, once each, a speaker's words in order.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "scale/wire.hpp"

namespace prise::scale {

// "000007 00000042 xxxx": what speaker 7 says for the 43rd time.
struct Words {
  std::size_t speaker;
  std::uint32_t number;
};
std::string spoken(const Words& words, std::size_t bytes);
Words understood(std::string_view text);

// All speakers, as the program knows them.
class Floor {
public:
  explicit Floor(std::size_t speakers) : said_(speakers), heard_(speakers) {}
  [[nodiscard]] std::size_t speakers() const { return said_.size(); }

  Words next_words_of(std::size_t speaker) { return {speaker, said_[speaker]++}; }
  void was_heard(const Words& words);

  [[nodiscard]] std::uint32_t said_by(std::size_t speaker) const { return said_[speaker]; }
  // By anybody at all: the server has it.
  [[nodiscard]] const std::vector<std::uint32_t>& heard() const { return heard_; }
  [[nodiscard]] const std::vector<std::uint32_t>& said() const { return said_; }

private:
  std::vector<std::uint32_t> said_, heard_;  // how often, by each
};

// Of one who is there.
class Ledger {
public:
  // It has just come: the server has said so, and what is said from now on is for it too.
  explicit Ledger(const Floor& floor) : next_(floor.said()), begun_(floor.speakers()) {}

  void hear(const Words& words);  // throws Violation, as close() does

  // It asks to leave: all that anybody has heard already is still for it.
  void leave(const Floor& floor) { due_ = floor.heard(); }
  // It has left. Without leave(), at the server's wish: nothing more is asked.
  void close() const;

private:
  std::vector<std::uint32_t> next_;  // of each speaker; until its first, the one that is due
  std::vector<bool> begun_;
  std::vector<std::uint32_t> due_;
};

}  // namespace prise::scale
