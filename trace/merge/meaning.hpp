// What a call does, in French: by the name that the code has for it, with arguments and results
// that can be read, and one sentence.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "merge/content.hpp"
#include "merge/flows.hpp"
#include "merge/follow.hpp"

namespace prise::trace {

struct Description {
  std::string call;
  std::string arguments;
  std::string result;
  std::string meaning;
};

// The name that the code has: recv, where the kernel says recvfrom. By the C library's function in
// the stack; without one, by what the arguments allow.
std::string name_in_code(const Step& step);

// What one step needs to be told.
struct Story {
  const Followed& all;
  const Flows& flows;
  const std::vector<Content>& contents;
  const std::vector<bool>& waited;  // by step
};

// None: of no interest to who learns about sockets (the dynamic loader, files, allocation).
std::optional<Description> describe(const Story& story, std::size_t step);

// --- parts of it, each in a file of its own
// ---------------------------------------------------------

std::optional<Description> describe_transfer(const Story& story, std::size_t step);
std::optional<Description> describe_option(const Story& story, std::size_t step);
std::optional<Description> describe_waiting(const Story& story, std::size_t step);

// « connexion refusée », for "ECONNREFUSED"; the name itself if it has no French here.
std::string french_error(std::string_view name);

// As the code sees it: what the kernel means to restart is an EINTR, if anything.
std::string error_shown(std::string_view name);

bool contains(std::string_view text, std::string_view part);
std::string fd_of(const Step& step);         // its first argument: "5"
std::string plain_result(const Call& call);  // "0", or the error's name

}  // namespace prise::trace
