// Writes without end.
// Expected: too_much_output
#include <unistd.h>

#include <string>

int main() {
  const std::string block(65536, 'x');
  while (true)
    if (::write(1, block.data(), block.size()) == -1) continue;
}
