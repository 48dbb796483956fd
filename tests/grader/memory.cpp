#include "grader/memory.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace prise::grader {
namespace {

namespace fs = std::filesystem;

// What vanishes while it is looked at counts for nothing.
std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (auto one = fs::directory_iterator(folder, error); !error && one != fs::directory_iterator();
       one.increment(error))
    entries.push_back(one->path());
  return entries;
}

fs::path proc(pid_t pid) {
  return fs::path("/proc") / std::to_string(pid);
}

// Root first. A thread's children are listed under that thread; see proc(5).
std::vector<pid_t> tree_of(pid_t root) {
  std::vector<pid_t> tree{root};
  for (std::size_t i = 0; i < tree.size(); ++i) {
    for (const fs::path& thread : entries_of(proc(tree[i]) / "task")) {
      std::ifstream children(thread / "children");
      for (pid_t child = 0; children >> child;)
        tree.push_back(child);
    }
  }
  return tree;
}

std::uint64_t resident_bytes(pid_t pid) {
  std::ifstream statm(proc(pid) / "statm");
  std::uint64_t size = 0, resident = 0;
  statm >> size >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

// Files without a name, held by a descriptor. `seen`: one may be held by many.
std::uint64_t nameless_file_bytes(pid_t pid, std::set<ino_t>& seen) {
  std::uint64_t bytes = 0;
  for (const fs::path& descriptor : entries_of(proc(pid) / "fd")) {
    struct stat file;
    if (::stat(descriptor.c_str(), &file) == 0 && S_ISREG(file.st_mode) && file.st_nlink == 0 &&
        seen.insert(file.st_ino).second)
      bytes += static_cast<std::uint64_t>(file.st_blocks) * 512;
  }
  return bytes;
}

// How many pid namespaces deep it lives: the numbers on the line NSpid of its status.
std::size_t namespace_depth(pid_t pid) {
  std::ifstream status(proc(pid) / "status");
  for (std::string line; std::getline(status, line);) {
    if (!line.starts_with("NSpid:")) continue;
    std::istringstream words(line.substr(6));
    std::size_t depth = 0;
    for (pid_t number; words >> number;)
      ++depth;
    return depth;
  }
  return 0;
}

}  // namespace

std::uint64_t memory_of_tree(pid_t root) {
  std::uint64_t bytes = 0;
  std::set<ino_t> seen;
  for (const pid_t pid : tree_of(root))
    bytes += resident_bytes(pid) + nameless_file_bytes(pid, seen);
  return bytes;
}

bool stop_beyond(pid_t root, std::uint64_t bytes_max) {
  if (memory_of_tree(root) <= bytes_max) return false;
  const std::vector<pid_t> tree = tree_of(root);
  std::size_t deepest = namespace_depth(root);
  for (const pid_t pid : tree)
    deepest = std::max(deepest, namespace_depth(pid));
  if (deepest == namespace_depth(root)) return false;  // no sandbox: nobody to tell apart
  for (const pid_t pid : tree) {
    if (namespace_depth(pid) == deepest) ::kill(pid, SIGKILL);
  }
  return true;
}

}  // namespace prise::grader
