// Shows a file of the machine in the compiler's messages.
// Expected: does_not_compile
// Never shown: root:x:0
#include "/etc/passwd"

int main() {}
