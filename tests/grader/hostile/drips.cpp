// Writes a byte now and then, so that it never seems silent.
// Expected: timed_out
#include <unistd.h>

int main() {
  while (::write(1, "x", 1) == 1)
    ::usleep(300'000);
}
