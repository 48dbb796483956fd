// Forks without end.
// Expected: timed_out
#include <unistd.h>

int main() {
  while (true)
    ::fork();
}
