// A program for explain_test, which fails in the way it is told: failing_program ROLE.
#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>

#include "console.hpp"
#include "explain.hpp"

using namespace prise;

int main(int, char** argv) {
  explain_uncaught_errors();
  const std::string role = argv[1];
  say("avant");
  if (role == "system")
    throw std::system_error(ECONNREFUSED, std::generic_category(), "connect 127.0.0.1:9999");
  if (role == "other") throw std::runtime_error("une \x1b[31mligne");
  if (role == "unknown") throw 42;
  if (role == "thread") std::thread([] { throw std::runtime_error("dans un thread"); }).join();
  if (role == "not_joined") std::thread([] {}).swap(*new std::thread([] {}));
  say("après");
}
