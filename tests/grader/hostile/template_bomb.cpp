// Makes the compiler work without end.
// Expected: does_not_compile
// Shown: une compilation qui demande trop de mémoire
template <int depth, unsigned long path>
struct Bomb {
  static constexpr unsigned long value =
      Bomb<depth - 1, 2 * path>::value + Bomb<depth - 1, 2 * path + 1>::value;
};
template <unsigned long path>
struct Bomb<0, path> {
  static constexpr unsigned long value = path;
};

int main() {
  return Bomb<29, 0>::value % 2;
}
