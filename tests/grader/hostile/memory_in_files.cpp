// Fills files that are in memory only, and that no process maps.
// Expected: crashed unbounded_memory
#include <sys/mman.h>
#include <unistd.h>

#include <string>

int main() {
  const std::string block(1 << 20, 'x');
  for (int file = 0; file < 200; ++file) {
    const int fd = ::memfd_create("hoard", 0);
    for (int i = 0; i < 15; ++i)
      if (::write(fd, block.data(), block.size()) == -1) break;
  }
  ::pause();
}
