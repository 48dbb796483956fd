// What strace writes beside a descriptor (-yy), and addresses.
#pragma once

#include <string>
#include <string_view>

#include "merge/follow.hpp"

namespace prise::trace {

// What stands between < and > after a descriptor, readable: "TCP:[127.0.0.1:9999]".
std::string annotation_of(std::string_view argument);

// Takes over what an annotation tells: the kind, and addresses as soon as there are any.
void learn(Endpoint& endpoint, std::string_view annotation);

// The address in a sockaddr: "127.0.0.1:9999", "[::1]:9999"; empty if none.
std::string address_of(std::string_view sockaddr);

// An address without what says that it is IPv4 behind an IPv6 socket.
std::string plain_address(std::string_view address);

}  // namespace prise::trace
