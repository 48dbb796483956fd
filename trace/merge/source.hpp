// The line of code behind a call, by addr2line(1) and debug information.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "capture/log.hpp"
#include "diagram.hpp"

namespace prise::trace {

// Finds lines for many calls at once: one addr2line for each binary.
class SourceFinder {
public:
  // Only code below `root` counts, and paths are shown from there.
  explicit SourceFinder(std::filesystem::path root) : root_(std::move(root)) {}

  // Looks up all the stacks. Without addr2line, or without debug information, finds nothing.
  void learn(const std::vector<const std::vector<CodeAddress>*>& stacks);

  // The line that the reader has before his eyes: the innermost in a lesson or in the chat;
  // otherwise the innermost in common/.
  std::optional<Source> of(const std::vector<CodeAddress>& stack);

private:
  struct Place {
    std::string file;
    int line = 0;
  };
  void learn_binary(const std::string& binary, const std::vector<std::uint64_t>& addresses);
  std::string line_text(const Place& place);

  std::filesystem::path root_;
  std::map<std::pair<std::string, std::uint64_t>, Place> places_;
  std::map<std::string, std::vector<std::string>> files_;
};

}  // namespace prise::trace
