// How a failed system call is reported: a std::system_error that names the call and what it was
// about, "connect 127.0.0.1:9999". First written raw in lesson 01. Errors are errno's, see
// errno(3).
#pragma once

#include <string>

namespace prise::net {

// Throws errno as std::system_error. Call it right after the call that failed: anything may change
// errno.
[[noreturn]] void throw_system_error(const std::string& call);

// result, unless it is -1: then throws.
int checked(int result, const char* call);

}  // namespace prise::net
