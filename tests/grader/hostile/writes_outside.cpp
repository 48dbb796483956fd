// Writes where it should not, and fills whatever it may write to.
// Expected: failed
// Shown: contained
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iostream>
#include <string>

int main(int, char** argv) {
  std::signal(SIGXFSZ, SIG_IGN);
  std::string breach;
  const std::string own = argv[0];
  for (const std::string path :
       {std::string("/prise-breach"), std::string("/usr/prise-breach"),
        std::string("/etc/prise-breach"), std::string("/var/tmp/prise-breach"),
        std::string("/dev/prise-breach"), std::string("/dev/shm/prise-breach"),
        std::string("/root/prise-breach"), own, own + "-breach"}) {
    std::ofstream file(path, std::ios::app);
    file << "x" << std::flush;
    if (file) breach = path;
  }
  std::ofstream("/tmp/prise-breach") << "x";  // its own /tmp: gone with it
  std::size_t filled = 0;
  const std::string block(1 << 20, 'x');
  for (int i = 0; i < 200; ++i) {
    std::ofstream file("/work/" + std::to_string(i));
    if (file << block << std::flush) filled += block.size();
  }
  if (filled > (64U << 20)) breach = "a folder without limit";
  std::cout << (breach.empty() ? "contained" : "BREACH " + breach) << std::endl;
}
