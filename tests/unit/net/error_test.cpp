#include "net/error.hpp"

#include <cerrno>
#include <system_error>

#include "support/catch.hpp"

using namespace prise::net;

TEST_CASE("checked gives back what is not an error", "[net][error]") {
  CHECK(checked(0, "call") == 0);
  CHECK(checked(7, "call") == 7);
}

TEST_CASE("checked throws errno and names the call", "[net][error]") {
  errno = EADDRINUSE;
  try {
    checked(-1, "bind");
    FAIL("nothing was thrown");
  } catch (const std::system_error& error) {
    CHECK(error.code() == std::errc::address_in_use);
    CHECK(std::string(error.what()).starts_with("bind: "));
  }
}

TEST_CASE("throw_system_error keeps errno although it builds a string", "[net][error]") {
  errno = ECONNREFUSED;
  try {
    throw_system_error("connect " + std::string(200, 'x'));
  } catch (const std::system_error& error) {
    CHECK(error.code().value() == ECONNREFUSED);
    CHECK(error.code().category() == std::generic_category());
  }
}
