// The words that go with a drawing: durations, quantities, what an arrow is, what a frame's fields
// hold.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "diagram.hpp"

namespace prise::trace {

std::string duration(double seconds);   // « 1,2 s », « 3 ms », « moins de 1 ms »
std::string number(std::size_t count);  // « 65 536 »
std::string octets(std::size_t count);  // « 1 octet », « 13 octets », « 65 536 octets »

std::string woken_by(const Diagram& diagram,
                     std::size_t waker);  // « réveillé par alice, appel 15 »

std::string arrow_label(const Arrow& arrow);  // « 13 octets », « connexion », « fin du flux » …

// One box of a frame's figure; role is what colours it: fin, rsv, opcode, mask, length, key or
// payload.
struct FrameField {
  std::string role;
  std::string name;   // « longueur »
  std::string value;  // « 5 »
  std::string says;   // « longueur du contenu : elle tient sur 7 bits »
};
std::vector<FrameField> frame_fields(const Frame& frame);

// What a reader who does not see the picture is told of it, in a few lines.
std::string description(const Diagram& diagram);

// The colour of each lane: "server", "client", "third", "fourth", "fifth", again for those that
// follow; the threads of a process share theirs.
std::vector<std::string_view> lane_colours(const std::vector<Lane>& lanes);

// The same diagram, with a title, where nothing can harm who reads it: whatever is not UTF-8 and
// whatever controls is made visible.
Diagram with_visible_text(Diagram diagram);

}  // namespace prise::trace
