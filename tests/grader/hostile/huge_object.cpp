// Asks for a program of a terabyte.
// Expected: does_not_compile
// Shown: un programme compilé démesuré
asm(".data\n.space 1000000000000, 1\n.text");

int main() {}
