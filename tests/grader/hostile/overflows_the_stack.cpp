// Recurses without end.
// Expected: crashed endless_recursion
int depth(volatile int n) {
  volatile char page[4096];
  page[0] = static_cast<char>(n);
  return depth(n + 1) + page[0];
}

int main() {
  return depth(0);
}
