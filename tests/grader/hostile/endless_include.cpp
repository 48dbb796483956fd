// Includes a file that has no end.
// Expected: does_not_compile
// Shown: une compilation qui demande trop de mémoire
#include "/dev/zero"

int main() {}
