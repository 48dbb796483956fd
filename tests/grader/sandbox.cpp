#include "grader/sandbox.hpp"

#include <fmt/core.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "grader/settings.hpp"
#include "visible_text.hpp"

namespace prise::grader {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

constexpr std::uint64_t mebibyte = 1 << 20;

// What one process, or one user, may take; see prlimit(1).
struct Limits {
  int cpu_seconds;
  std::uint64_t file_bytes;
  int descriptors;
  int processes;
  std::uint64_t address_bytes;  // 0: as much as it likes; sanitizers reserve terabytes
};

constexpr Limits compiler_limits{30, 64 * mebibyte, 256, 32, 1024 * mebibyte};
constexpr Limits program_limits{20, 16 * mebibyte, 256, 64, 0};
constexpr std::uint64_t program_memory_bytes = 768 * mebibyte;
constexpr std::uint64_t program_folder_bytes = 16 * mebibyte;
constexpr std::uint64_t compiler_folder_bytes = 256 * mebibyte;

Words operator+(Words left, const Words& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

bool bubblewrap_has(const std::string& option) {
  const auto help = testing::run({"bwrap", {"--help"}}, Seconds(10));
  return help && help->output.find(option) != std::string::npos;
}

// The folders above it would be closed to all but root inside if they are so outside.
Words open_way_to(const fs::path& path) {
  Words words;
  for (fs::path folder = path.parent_path(); folder != folder.root_path();
       folder = folder.parent_path()) {
    const Words one{"--perms", "0755", "--dir", folder.string()};
    words.insert(words.begin(), one.begin(), one.end());
  }
  return words;
}

Words read_only(const fs::path& path) {
  return open_way_to(path) + Words{"--ro-bind", path.string(), path.string()};
}

// The compiler and the libraries; nothing of /etc, /home, /root, /tmp or /var.
Words the_system() {
  Words words = read_only("/usr");
  for (const fs::path name : {"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"}) {
    if (fs::is_symlink(name))
      words = words + Words{"--symlink", fs::read_symlink(name).string(), name.string()};
    else if (fs::exists(name))
      words = words + read_only(name);
  }
  for (const std::string name : {"/etc/ld.so.cache", "/etc/alternatives"})
    words = words + open_way_to(name) + Words{"--ro-bind-try", name, name};
  return words + Words{"--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev"};
}

// A fresh folder in memory that anyone may write to, of so many bytes at most (bubblewrap 0.7).
Words small_folder(const std::string& path, std::uint64_t bytes) {
  static const bool known = bubblewrap_has("--size");
  const Words size = known ? Words{"--size", std::to_string(bytes)} : Words{};
  return Words{"--perms", "1777"} + size + Words{"--tmpfs", path};
}

const Words closed = {"--unshare-pid",
                      "--unshare-ipc",
                      "--unshare-uts",
                      "--unshare-cgroup-try",
                      "--die-with-parent",
                      "--remount-ro",
                      "/"};

Words limited(const Limits& limits) {
  Words words{"prlimit",
              "--core=0",
              fmt::format("--cpu={}:{}", limits.cpu_seconds, limits.cpu_seconds + 5),
              fmt::format("--fsize={}", limits.file_bytes),
              fmt::format("--nofile={}", limits.descriptors),
              fmt::format("--nproc={}", limits.processes)};
  if (limits.address_bytes != 0) words.push_back(fmt::format("--as={}", limits.address_bytes));
  words.push_back("--");
  return words;
}

bool are_root() {
  return ::geteuid() == 0;
}

// Root's bubblewrap binds what only root may read, and then we leave root: RLIMIT_NPROC does not
// bind it. Anyone else's makes a user namespace, in which the count of processes starts at 0.
Words leaving_root(unsigned user) {
  if (!are_root()) return {};
  const std::string id = std::to_string(user);
  return {"setpriv",
          "--reuid",
          id,
          "--regid",
          id,
          "--clear-groups",
          "--inh-caps=-all",
          "--bounding-set=-all",
          "--no-new-privs",
          "--"};
}

// Without it, the program could make namespaces of its own and try the kernel's less used parts.
Words without_namespaces() {
  if (are_root()) return {};
  static const bool known = bubblewrap_has("--disable-userns");
  return known ? Words{"--unshare-user", "--disable-userns"} : Words{};
}

// A user without files or processes: 61184 to 65519 are those that systemd keeps for such uses.
unsigned unused_user(unsigned job) {
  constexpr unsigned first = 61184, count = 4336;
  unsigned user = first + (static_cast<unsigned>(::getpid()) * 16 + job) % count;
  while (::getpwuid(user) != nullptr)
    user = first + (user + 1 - first) % count;
  return user;
}

std::string why_not(const Words& words) {
  const auto tried =
      testing::run({words.front(), Words(words.begin() + 1, words.end())}, Seconds(20));
  if (tried && tried->ending.clean()) return "";
  const std::string said = tried ? tried->output.substr(0, tried->output.find('\n')) : "";
  return said.empty() ? "bubblewrap (bwrap) est introuvable ou ne démarre pas" : visible_text(said);
}

}  // namespace

std::string why_no_sandbox() {
  try {
    const TemporaryFolder folder;
    const fs::path source = folder.path() / "source" / "exercise.cpp";
    const fs::path program = made_folder(folder.path()) / "program";
    fs::create_directories(source.parent_path());
    fs::create_directories(program.parent_path());
    fs::copy_file("/usr/bin/true", program);
    const Sandbox sandbox(0);
    const Walls walls = sandbox.walls(source, folder.path());
    const std::string why = why_not(walls.around_compiler + Words{compiler, "--version"});
    return why.empty()
               ? why_not(walls.around_checker + walls.around_program + Words{program.string()})
               : why;
  } catch (const std::exception& error) {
    return error.what();
  }
}

Sandbox::Sandbox(unsigned job) : user_(unused_user(job)) {
  // No name is looked up outside: the private network leads nowhere.
  std::ofstream(settings_.path() / "hosts") << "127.0.0.1 localhost\n::1 localhost ip6-localhost\n";
  std::ofstream(settings_.path() / "nsswitch.conf") << "hosts: files\nservices: files\n";
  std::ofstream(settings_.path() / "passwd")
      << "etudiant:x:" << user_ << ":" << user_ << "::/work:/bin/sh\n";
}

Walls Sandbox::walls(const fs::path& source, const fs::path& folder) const {
  const fs::path made = made_folder(folder);
  fs::create_directories(made);
  if (are_root() && ::chown(made.c_str(), user_, user_) == -1)
    throw std::system_error(errno, std::generic_category(), "chown");

  Words compiling = Words{"bwrap"} + the_system() + small_folder("/tmp", compiler_folder_bytes) +
                    read_only(fs::path(source_folder) / "common");
  for (const std::string& library : libraries) {
    if (library.starts_with(build_folder)) compiling = compiling + read_only(library);
  }
  compiling =
      compiling + read_only(source.parent_path()) +
      Words{"--bind", made.string(), made.string(), "--chdir", made.string(), "--unshare-net"} +
      closed + without_namespaces() + Words{"--"} + leaving_root(user_) + limited(compiler_limits);

  Words running = Words{"bwrap"} + the_system() + small_folder("/tmp", program_folder_bytes) +
                  small_folder("/work", program_folder_bytes);
  for (const std::string name : {"hosts", "nsswitch.conf", "passwd"})
    running = running + open_way_to("/etc/" + name) +
              Words{"--ro-bind", (settings_.path() / name).string(), "/etc/" + name};
  running = running + read_only(made / "program") + Words{"--chdir", "/work"};
  for (const std::string name :
       {"PRISE_PROGRAM", "PRISE_REPORT", "PRISE_SEED", "PRISE_PATIENCE", "PRISE_WRAPPER"})
    running = running + Words{"--unsetenv", name};
  running = running + closed + without_namespaces() + Words{"--"} + leaving_root(user_) +
            limited(program_limits);

  const Words checking{
      "bwrap", "--dev-bind",        "/", "/", "--unshare-net", "--unshare-pid", "--proc",
      "/proc", "--die-with-parent", "--"};
  return {compiling, checking, running, program_memory_bytes};
}

}  // namespace prise::grader
