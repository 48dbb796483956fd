// How visitors behave: most well, some badly, and what the room must do about each.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scale/crowd.hpp"

namespace prise::scale {

enum class Departure : std::uint8_t {
  says_so,    // a Close frame, once it has heard enough
  at_once,    // closes its socket as soon as it is in
  hangs_up,   // without a word, once it has heard enough
  is_killed,  // its system sends a reset
  shown_out,  // by the server: because of what it did, or because it did nothing for too long
};

constexpr int any = -1;

struct Manner {
  std::string_view who;  // French: "visiteurs qui ..."
  std::string first;     // what it sends in place of a request, or the request
  std::string then;      // once it is in
  Departure departure;
  int status = 101;      // what answers its request; 0: nothing does
  int close_code = any;  // of who is shown out
  bool answers_pings = true;
  bool sleeps = false;              // reads nothing for a while
  std::size_t bytes_come_back = 0;  // of a binary message
};

// What is said by a visitor: it begins with '~', and nobody counts it.
const std::vector<Manner>& all_manners();

}  // namespace prise::scale
