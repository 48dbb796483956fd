// The checks' own raw sockets, IPv4 and IPv6. Independent of common/net on purpose: what checks the
// students must not share a fault with what they read.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "exercises/support/check.hpp"

namespace prise::check {

// Bound to the host (numeric) and port; -1 becomes std::system_error. The caller closes.
int socket_on(const std::string& host, std::uint16_t port, int type);
int connect_to(const std::string& host, std::uint16_t port,
               Deadline deadline);  // -1 and errno when it fails
std::uint16_t local_port(int fd);
std::uint16_t remote_port(int fd);
std::string local_text(int fd);  // ('127.0.0.1', 52314)
bool wait_readable(int fd, Deadline deadline);
bool wait_writable(int fd, Deadline deadline);

// How many bytes the other end of this loopback connection has received and not yet read, where the
// system tells (Linux); -1 elsewhere. With it, a piece is sent only when the one before has been
// read.
long unread_by_peer(int fd);

std::vector<std::string> likely_mistakes(const Guesses& guesses, std::string_view actual);

}  // namespace prise::check
