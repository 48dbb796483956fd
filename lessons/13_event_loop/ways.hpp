// The three ways to serve many that measure compares. Each returns what it receives to who sent it.
#pragma once

#include <array>
#include <string_view>

#include "net/stream.hpp"

enum class Way { threads, poll, epoll };

// Those that this system has.
#ifdef __linux__
inline constexpr std::array ways_here{Way::threads, Way::poll, Way::epoll};
#else
inline constexpr std::array ways_here{Way::threads, Way::poll};
#endif

std::string_view name_of(Way way);

// Serves until this descriptor can be read.
void serve(Way way, prise::net::Listener& listener, int stop);
