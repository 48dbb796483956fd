// Leaves processes behind, in sessions of their own, deaf to every signal.
// Expected: failed
#include <unistd.h>

#include <csignal>

int main() {
  for (int i = 0; i < 5; ++i) {
    if (::fork() != 0) continue;
    ::setsid();
    if (::fork() != 0) ::_exit(0);
    for (int signal = 1; signal < 32; ++signal)
      std::signal(signal, SIG_IGN);
    while (true)
      ::sleep(1000);
  }
}
