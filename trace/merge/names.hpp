// How a sentence names the others: lanes by their labels, sockets by what they lead to.
#pragma once

#include <string>

#include "merge/flows.hpp"
#include "merge/follow.hpp"

namespace prise::trace {

std::string the(const std::string& label);  // « le serveur », « alice »
std::string to(const std::string& label);   // « au serveur », « à alice »
std::string of(const std::string& label);   // « du serveur », « d'alice », « de bob »

class Names {
public:
  Names(const Followed& all, const Flows& flows) : all_(all), flows_(flows) {}

  // The label of who is at the other end; its address when it is not in the trace.
  std::string peer_of(std::size_t endpoint) const;
  // What one watches there: « le clavier », « de nouveaux clients », « alice ».
  std::string watched(std::size_t endpoint) const;

private:
  const Followed& all_;
  const Flows& flows_;
};

}  // namespace prise::trace
