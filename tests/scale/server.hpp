// A room in a process of its own, and what it holds: memory and descriptors (proc(5)).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "net/address.hpp"
#include "support/process.hpp"

namespace prise::scale {

// For this process and for the servers it starts from now on: raises ulimit -n to what this user
// may have. Throws Violation when that is less.
void allow_descriptors(std::size_t count);

class Server {
public:
  // Starts it with `--port 0` and waits until it says « Port : N ».
  Server(const std::string& program, std::vector<std::string> arguments);

  [[nodiscard]] net::Address address() const { return net::Address::ipv4("127.0.0.1", port_); }
  [[nodiscard]] std::uint64_t resident_bytes() const;
  [[nodiscard]] std::size_t descriptors() const;
  [[nodiscard]] double cpu_seconds() const;

  void interrupt() { process_.send_signal(2); }  // Ctrl-C
  // Throws Violation when it has not ended well, or has said anything but its port.
  void must_have_ended(testing::Seconds patience);

private:
  [[nodiscard]] std::string proc(const std::string& name) const;

  testing::Process process_;
  std::uint16_t port_ = 0;
};

}  // namespace prise::scale
