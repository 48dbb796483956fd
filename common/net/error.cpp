#include "net/error.hpp"

#include <cerrno>
#include <system_error>

namespace prise::net {

void throw_system_error(const std::string& call) {
  throw std::system_error(errno, std::generic_category(), call);
}

int checked(int result, const char* call) {
  if (result == -1) throw_system_error(call);
  return result;
}

}  // namespace prise::net
