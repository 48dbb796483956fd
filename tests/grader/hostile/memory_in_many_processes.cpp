// Each of many processes takes little memory; together they take all.
// Expected: crashed unbounded_memory
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>

int main() {
  for (int i = 0; i < 5; ++i)
    ::fork();
  const std::size_t piece = 100 << 20;
  void* memory = ::mmap(nullptr, piece, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory != MAP_FAILED) std::memset(memory, 1, piece);
  ::pause();
}
