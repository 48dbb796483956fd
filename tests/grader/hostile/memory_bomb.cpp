// Takes memory without end, around the sanitizer's allocator and its limit.
// Expected: crashed unbounded_memory
#include <sys/mman.h>

#include <cstring>

int main() {
  const std::size_t piece = 64 << 20;
  while (true) {
    void* memory =
        ::mmap(nullptr, piece, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory != MAP_FAILED) std::memset(memory, 1, piece);
  }
}
