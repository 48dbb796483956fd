#include "support/reserved_port.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <random>
#include <sstream>
#include <stdexcept>

namespace prise::testing {
namespace {

constexpr int first_port = 20000, ports = 10000;

bool can_be_bound(std::uint16_t port, int type) {
  const int fd = ::socket(AF_INET, type | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  const bool bound = ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return bound;
}

// A line: "  sl  local_address rem_address   st …", the port in hexadecimal after the ':'.
bool is_in_table(const char* table, std::uint16_t port, const std::string& state) {
  std::ifstream file(table);
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string number, local, remote, its_state;
    words >> number >> local >> remote >> its_state;
    const std::size_t colon = local.find(':');
    if (colon != std::string::npos && its_state == state &&
        std::stoul(local.substr(colon + 1), nullptr, 16) == port)
      return true;
  }
  return false;
}

}  // namespace

ReservedPort::ReservedPort() : ReservedPort(std::random_device{}()) {}

ReservedPort::ReservedPort(unsigned first_tried) {
  for (unsigned i = 0; i < ports; ++i) {
    number_ = static_cast<std::uint16_t>(first_port + (first_tried % ports + i) % ports);
    file_ = std::filesystem::temp_directory_path() / ("prise-port-" + std::to_string(number_));
    if (!lock()) continue;
    if (can_be_bound(number_, SOCK_STREAM) && can_be_bound(number_, SOCK_DGRAM)) return;
    release();
  }
  throw std::runtime_error("no port is free between 20000 and 29999");
}

// The file may vanish between open and flock, when its holder ends: then the lock is on nothing.
bool ReservedPort::lock() {
  lock_fd_ = ::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_fd_ == -1) return false;
  struct stat ours {
  }, there{};
  if (::flock(lock_fd_, LOCK_EX | LOCK_NB) == 0 && ::fstat(lock_fd_, &ours) == 0 &&
      ::stat(file_.c_str(), &there) == 0 && ours.st_ino == there.st_ino)
    return true;
  ::close(lock_fd_);
  return false;
}

void ReservedPort::release() {
  ::unlink(file_.c_str());
  ::close(lock_fd_);
}

ReservedPort::~ReservedPort() {
  release();
}

bool wait_until_listening(std::uint16_t port, Deadline deadline) {
  const auto listens = [port] {
    for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"})
      if (is_in_table(table, port, "0A")) return true;  // TCP_LISTEN
    for (const char* table : {"/proc/net/udp", "/proc/net/udp6"})
      if (is_in_table(table, port, "07")) return true;  // bound: UDP knows no more
    return false;
  };
  while (!listens()) {
    if (Clock::now() >= deadline) return false;
    ::poll(nullptr, 0, 2);
  }
  return true;
}

}  // namespace prise::testing
