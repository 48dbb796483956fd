// Looks for the check program's files, the solutions, and other people's.
// Expected: failed
// Shown: contained
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>

namespace fs = std::filesystem;

int main() {
  std::string breach;
  for (const char* path :
       {"/etc/shadow", "/etc/hostname", "/etc/ssl", "/root", "/home", "/var", "/srv", "/opt",
        "/sys", "/run", "/dev/sda", "/dev/vda", "/proc/1/root/etc", "/proc/kcore"}) {
    std::error_code error;
    const fs::path at = path;
    if (fs::is_directory(at, error) && !fs::is_empty(at, error) && !error) breach = path;
    if (fs::is_regular_file(at, error) && ::open(path, O_RDONLY) != -1) breach = path;
    if (fs::is_block_file(at, error)) breach = path;
  }
  for (const char* name : {"PRISE_REPORT", "PRISE_PROGRAM", "PRISE_WRAPPER", "PRISE_SEED", "HOME"})
    if (std::getenv(name) != nullptr) breach = name;
  // Beside the program itself: no report, no source, nobody else's folder.
  std::error_code error;
  for (const auto& file : fs::recursive_directory_iterator("/tmp", error))
    if (!file.is_directory() && file.path().filename() != "program") breach = file.path();
  // Nobody else's processes.
  for (const auto& process : fs::directory_iterator("/proc", error)) {
    const std::string name = process.path().filename();
    if (name.find_first_not_of("0123456789") == std::string::npos && std::stoi(name) > 50)
      breach = process.path();
  }
  for (int fd = 3; fd < 200; ++fd)
    if (::fcntl(fd, F_GETFD) != -1) breach = "descriptor " + std::to_string(fd);
  std::cout << (breach.empty() ? "contained" : "BREACH " + breach) << std::endl;
}
