// Hands in another student's work.
// Expected: does_not_compile
#include "THE_CLASS/alice/01_tcp_connect.cpp"
