// The opening handshake as the harness asks for it and answers it, wrong on purpose where a case
// says so, and what is wrong in what the peer said. RFC 6455 section 4.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "conformance/case.hpp"

namespace prise::conformance {

// A request's or an answer's head, not judged.
struct Head {
  std::string first_line;
  std::vector<std::pair<std::string, std::string>> fields;

  // The field's value; all of them joined by ", " if it is there more than once.
  [[nodiscard]] std::optional<std::string> field(std::string_view name) const;
  [[nodiscard]] int status() const;        // of an answer; 0 if there is none
  [[nodiscard]] std::string path() const;  // of a request
};
struct HeadAndBytes {
  Head head;
  std::size_t bytes = 0;
};
std::optional<HeadAndBytes> head_in(std::string_view input);  // nothing: it is not whole

struct Where {
  std::string host_and_port;
  std::string path = "/";
};
std::string request_text(const Opening& opening, const Where& where, const std::string& key);
std::string response_text(const Opening& opening, const std::string& key,
                          const std::string& extensions);

// What we answer to a client's offers in a row of section 13; nothing: it did not offer what it
// takes.
std::optional<std::string> answer_to_offer(int row, const std::string& offers);

// What the RFC forbids in it, in a few words; empty: nothing.
std::string fault_in_request(const Head& request);
std::string fault_in_answer(const Head& answer, const std::string& key);

bool holds_token(std::string_view list, std::string_view token);  // compared without case

}  // namespace prise::conformance
