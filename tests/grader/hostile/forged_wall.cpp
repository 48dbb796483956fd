// Pretends that the sandbox failed, so that the mark is not counted.
// Expected: failed
#include <cstdio>

int main() {
  std::puts("bwrap: Creating new namespace failed: Operation not permitted");
  return 1;
}
