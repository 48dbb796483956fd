#include "conformance/case.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <array>

namespace prise::conformance {
namespace {

constexpr std::array<std::string_view, 5> verdict_texts{"OK", "INFORMATIONAL", "NON-STRICT",
                                                        "UNIMPLEMENTED", "FAILED"};

bool matches_any(const Case& one, const std::vector<std::string>& patterns) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return matches(one.number, pattern); });
}

}  // namespace

std::string_view text_of(Verdict verdict) {
  return verdict_texts[static_cast<std::size_t>(verdict)];
}

std::optional<Verdict> verdict_of(std::string_view text) {
  const auto found = std::find(verdict_texts.begin(), verdict_texts.end(), text);
  if (found == verdict_texts.end()) return std::nullopt;
  return static_cast<Verdict>(found - verdict_texts.begin());
}

std::string Payload::text() const {
  if (!bytes) return unit;
  std::string all;
  all.reserve(*bytes + unit.size());
  while (all.size() < *bytes)
    all += unit;
  all.resize(*bytes);
  return all;
}

bool matches(std::string_view number, std::string_view pattern) {
  return ::fnmatch(std::string(pattern).c_str(), std::string(number).c_str(), 0) == 0;
}

Cases selected(Cases cases, const std::vector<std::string>& patterns,
               const std::vector<std::string>& excluded) {
  std::erase_if(cases, [&](const Case& one) {
    return (!patterns.empty() && !matches_any(one, patterns)) || matches_any(one, excluded);
  });
  return cases;
}

}  // namespace prise::conformance
