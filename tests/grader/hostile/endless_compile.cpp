// Makes the compiler work without end, in little memory.
// Expected: does_not_compile
// Shown: une compilation sans fin
#include <utility>

constexpr int burn(int n) {
  int sum = n;
  for (int i = 0; i < 1000; ++i)
    for (int j = 0; j < 1000; ++j)
      sum = (sum + j) % 7919;
  return sum;
}

template <int n>
constexpr int burnt = burn(n);

template <int... n>
constexpr int all(std::integer_sequence<int, n...>) {
  return (burnt<n> + ...);
}

int main() {
  return all(std::make_integer_sequence<int, 10'000>());
}
