#include "merge/source.hpp"

#include <fmt/core.h>
#if __has_include(<elf.h>)
#include <elf.h>
#define PRISE_HAS_ELF
#endif

#include <algorithm>
#include <charconv>
#include <cstring>
#include <fstream>
#include <set>
#include <sstream>

#include "support/process.hpp"

namespace prise::trace {
namespace {

// The call itself is just before the place to which it returns.
std::uint64_t call_site(const CodeAddress& frame) {
  return frame.address - 1;
}

bool is_below(const std::string& path, const std::filesystem::path& root) {
  return path.starts_with(root.string() + "/");
}

#ifdef PRISE_HAS_ELF
// strace tells places in the file, addr2line wants those that the linker gave: elf(5), PT_LOAD.
class Segments {
public:
  explicit Segments(const std::string& binary) {
    std::ifstream file(binary, std::ios::binary);
    Elf64_Ehdr head{};
    if (!read(file, head) || std::memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 ||
        head.e_ident[EI_CLASS] != ELFCLASS64)
      return;
    for (int i = 0; i < head.e_phnum; ++i) {
      Elf64_Phdr segment{};
      file.seekg(static_cast<std::streamoff>(head.e_phoff) + i * head.e_phentsize);
      if (read(file, segment) && segment.p_type == PT_LOAD) loaded_.push_back(segment);
    }
  }

  std::uint64_t in_memory(std::uint64_t place) const {
    for (const Elf64_Phdr& segment : loaded_)
      if (place >= segment.p_offset && place < segment.p_offset + segment.p_filesz)
        return place - segment.p_offset + segment.p_vaddr;
    return place;
  }

private:
  template <class T>
  static bool read(std::ifstream& file, T& value) {
    return static_cast<bool>(file.read(reinterpret_cast<char*>(&value), sizeof value));
  }
  std::vector<Elf64_Phdr> loaded_;
};
#else
class Segments {  // there is no strace here either
public:
  explicit Segments(const std::string&) {}
  static std::uint64_t in_memory(std::uint64_t place) { return place; }
};
#endif

std::vector<std::string> lines_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);)
    lines.push_back(std::move(line));
  return lines;
}

// Where a destructor is called, or where one that nobody wrote stands: the end of a block, the head
// of a class. Its caller's line, or what it calls in common/, tells more.
bool says_nothing(std::string_view line) {
  const bool head = line.starts_with("struct ") || line.starts_with("class ");
  return line.find_first_not_of("});") == std::string_view::npos || (head && line.ends_with('{'));
}

}  // namespace

void SourceFinder::learn(const std::vector<const std::vector<CodeAddress>*>& stacks) {
  std::map<std::string, std::set<std::uint64_t>> wanted;
  for (const auto* stack : stacks)
    for (const CodeAddress& frame : *stack)
      if (is_below(frame.binary, root_)) wanted[frame.binary].insert(call_site(frame));
  try {
    for (const auto& [binary, addresses] : wanted)
      learn_binary(binary, {addresses.begin(), addresses.end()});
  } catch (const std::system_error&) {  // no addr2line here
  }
}

void SourceFinder::learn_binary(const std::string& binary,
                                const std::vector<std::uint64_t>& addresses) {
  const Segments segments(binary);
  testing::Command command{"addr2line", {"-e", binary}};
  for (const std::uint64_t address : addresses)
    command.arguments.push_back(fmt::format("{:#x}", segments.in_memory(address)));
  const auto finished = testing::run(command, testing::Seconds(10));
  if (!finished || !finished->ending.clean()) return;
  std::istringstream output(finished->output);
  std::string line;
  for (const std::uint64_t address : addresses) {
    if (!std::getline(output, line)) break;
    line = line.substr(0, line.find(" ("));  // "file:12 (discriminator 3)"
    const std::size_t colon = line.rfind(':');
    if (colon == std::string::npos) continue;
    Place place{std::filesystem::path(line.substr(0, colon)).lexically_normal().string()};
    std::from_chars(line.data() + colon + 1, line.data() + line.size(), place.line);
    if (place.line > 0 && is_below(place.file, root_)) places_[{binary, address}] = place;
  }
}

std::optional<Source> SourceFinder::of(const std::vector<CodeAddress>& stack) {
  const Place* chosen = nullptr;
  const bool through_asio = std::any_of(stack.begin(), stack.end(), [](const CodeAddress& frame) {
    return frame.function.find("asio::") != std::string::npos;
  });
  for (const CodeAddress& frame : stack) {
    const auto found = places_.find({frame.binary, call_site(frame)});
    if (found == places_.end()) continue;
    if (says_nothing(line_text(found->second))) continue;
    const std::string path = found->second.file.substr(root_.string().size() + 1);
    // With coroutines all comes out of the loop that main runs: that says nothing.
    const bool in_lesson = (path.starts_with("lessons/") || path.starts_with("examples/")) &&
                           !(chosen != nullptr && frame.function == "main" && through_asio);
    if (chosen == nullptr || in_lesson) chosen = &found->second;
    if (in_lesson) break;
  }
  if (chosen == nullptr) return std::nullopt;
  return Source{chosen->file.substr(root_.string().size() + 1), chosen->line, line_text(*chosen)};
}

std::string SourceFinder::line_text(const Place& place) {
  auto known = files_.find(place.file);
  if (known == files_.end()) known = files_.emplace(place.file, lines_of(place.file)).first;
  const auto index = static_cast<std::size_t>(place.line) - 1;
  if (index >= known->second.size()) return "";
  const std::string& line = known->second[index];
  const std::size_t first = line.find_first_not_of(" \t");
  return first == std::string::npos
             ? ""
             : line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

}  // namespace prise::trace
