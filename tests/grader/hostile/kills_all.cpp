// Kills all it can: its parent, its group, every process.
// Expected: crashed
#include <unistd.h>

#include <csignal>

int main() {
  ::kill(::getppid(), SIGKILL);
  for (int id = 2; id < 40'000; ++id)
    if (id != ::getpid()) ::kill(id, SIGKILL);
  ::kill(-1, SIGKILL);
  ::kill(0, SIGKILL);
}
