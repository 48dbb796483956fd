// Sleeps past every limit, whatever signal asks it to end.
// Expected: timed_out
#include <unistd.h>

#include <csignal>

int main() {
  for (int signal = 1; signal < 32; ++signal)
    std::signal(signal, SIG_IGN);
  while (true)
    ::sleep(1000);
}
