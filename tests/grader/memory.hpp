// The memory that a process and all its descendants hold, and an end to those who hold too much.
// RLIMIT_AS cannot do this: a program under AddressSanitizer reserves terabytes it never touches.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace prise::grader {

// Resident pages, and files in memory (memfd_create) that no page table counts. Linux; 0 elsewhere.
std::uint64_t memory_of_tree(pid_t root);

// When root's tree holds more, kills what runs in its innermost pid namespace: inside our sandbox,
// that is the student's program and all it started. True: it was so.
bool stop_beyond(pid_t root, std::uint64_t bytes_max);

}  // namespace prise::grader
