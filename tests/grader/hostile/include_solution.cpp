// Hands in the course's own solution.
// Expected: does_not_compile
#include "THE_COURSE/lessons/01_tcp_connect/solution.cpp"
