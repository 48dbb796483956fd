// Sections 9 and 10 of Autobahn's list: large messages, in one piece, in fragments and in chops,
// and a thousand round trips. Where Autobahn compares sizes, we compare every byte.
#include "conformance/rows.hpp"

namespace prise::conformance {
namespace {

using namespace std::string_literals;

constexpr std::size_t kib = 1024, mib = 1024 * kib;
constexpr double seconds_max = 100;

Happening::Kind kind_of(int opcode) {
  return opcode == 1 ? Happening::Kind::text : Happening::Kind::binary;
}

std::string number_of(int group, int number) {
  return "9." + std::to_string(group) + "." + std::to_string(number);
}

// Text has the odd group, binary the next.
void add_large(Cases& cases, int group, const std::string& title, const std::string& unit,
               const std::vector<std::pair<Send, std::size_t>>& rows, int opcode) {
  int number = 0;
  for (const auto& [send, bytes] : rows) {
    Case one{
        number_of(group, ++number), title, {send}, right({came(kind_of(opcode), {unit, bytes})})};
    one.seconds = seconds_max;
    cases.push_back(std::move(one));
  }
}

void add_messages(Cases& cases, int opcode) {
  const std::string unit = opcode == 1 ? "BAsd7&jh23" : "\x00\xfe\x23\xfa\xf0"s;
  std::vector<std::pair<Send, std::size_t>> rows;
  for (const std::size_t bytes : {64 * kib, 256 * kib, 1 * mib, 4 * mib, 8 * mib, 16 * mib})
    rows.emplace_back(together({frame(opcode, {unit, bytes})}), bytes);
  add_large(cases, opcode, "64 KiB to 16 MiB in one frame", unit, rows, opcode);
}

void add_fragments(Cases& cases, int opcode) {
  const std::string unit = opcode == 1 ? "*" : "\xfe";
  std::vector<std::pair<Send, std::size_t>> rows;
  for (const std::size_t bytes : {std::size_t{64}, std::size_t{256}, 1 * kib, 4 * kib, 16 * kib,
                                  64 * kib, 256 * kib, 1 * mib, 4 * mib})
    rows.emplace_back(together({in_fragments_of(bytes, frame(opcode, {unit, 4 * mib}))}), 4 * mib);
  add_large(cases, 2 + opcode, "4 MiB in fragments of 64 bytes to 4 MiB", unit, rows, opcode);
}

void add_chops(Cases& cases, int opcode) {
  const std::string unit = opcode == 1 ? "BAsd7&jh23" : "\x00\xfe\x23\xfa\xf0"s;
  std::vector<std::pair<Send, std::size_t>> rows;
  for (const std::size_t bytes : {64, 128, 256, 512, 1024, 2048})
    rows.emplace_back(chopped(bytes, {frame(opcode, {unit, 1 * mib})}), 1 * mib);
  add_large(cases, 4 + opcode, "1 MiB in chops of 64 to 2048 bytes", unit, rows, opcode);
}

void add_round_trips(Cases& cases, int opcode) {
  int number = 0;
  for (const std::size_t bytes : {0, 16, 64, 256, 1024, 4096}) {
    const RoundTrips trips{opcode, 1000, bytes, opcode == 1 ? "*" : "\xfe"};
    Case one{number_of(6 + opcode, ++number),
             "a thousand round trips of " + std::to_string(bytes) + " bytes",
             {trips},
             right({})};
    one.seconds = seconds_max;
    cases.push_back(std::move(one));
  }
}

}  // namespace

void add_size_cases(Cases& cases) {
  for (const auto add : {add_messages, add_fragments, add_chops, add_round_trips})
    for (int opcode = 1; opcode <= 2; ++opcode)
      add(cases, opcode);
  const Payload stars{"*", 65536};
  cases.push_back({"10.1.1",
                   "65536 bytes in fragments of 1300",
                   {together({in_fragments_of(1300, text(stars))})},
                   right({text_came(stars)})});
}

}  // namespace prise::conformance
