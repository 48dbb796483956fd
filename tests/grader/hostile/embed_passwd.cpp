// Puts a file of the machine into the program, by way of the assembler.
// Expected: does_not_compile
// Never shown: root:x:0
asm(".incbin \"/etc/passwd\"");

int main() {}
