#include "net/poller.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <set>
#include <string>
#include <vector>

#include "net/stream.hpp"
#include "support/catch.hpp"
#include "support/loopback.hpp"

using namespace prise::net;
using namespace prise::testing;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds at_once{0};
constexpr milliseconds soon{10'000};  // only a test that fails waits so long

std::unique_ptr<Poller> each_poller() {
#ifdef __linux__
  return Poller::make(GENERATE(Backend::poll, Backend::epoll));
#else
  return Poller::make(Backend::poll);
#endif
}

struct Pair {
  Socket ours, theirs;
};

Pair pair() {
  std::array<int, 2> ends{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
  return {Socket{ends[0]}, Socket{ends[1]}};
}

void write_byte(const Socket& socket) {
  REQUIRE(::send(socket.fd(), "x", 1, 0) == 1);
}

// Until the kernel takes no more.
void fill(const Socket& socket) {
  const std::vector<char> bytes(65536);
  while (::send(socket.fd(), bytes.data(), bytes.size(), MSG_DONTWAIT) > 0) {
  }
}

std::string told(std::span<const Ready> all) {
  std::string text;
  for (const Ready& ready : all)
    text += std::string(ready.readable ? "r" : "") + (ready.writable ? "w" : "") + " ";
  return text;
}

}  // namespace

TEST_CASE("a descriptor is ready for what it is watched for, and only then", "[poll][epoll]") {
  const auto poller = each_poller();
  const Pair one = pair();
  poller->watch(one.ours.fd(), Interest::read);
  CHECK(told(poller->wait(at_once)).empty());
  write_byte(one.theirs);
  CHECK(told(poller->wait(soon)) == "r ");
  CHECK(told(poller->wait(soon)) == "r ");  // level-triggered: the byte is still there
  poller->watch(one.ours.fd(), Interest::write);
  CHECK(told(poller->wait(soon)) == "w ");
  poller->watch(one.ours.fd(), Interest::read_and_write);
  CHECK(told(poller->wait(soon)) == "rw ");
  fill(one.ours);
  CHECK(told(poller->wait(soon)) == "r ");
}

TEST_CASE("the end of the stream is ready, and nothing is for one watched for nothing",
          "[poll][epoll]") {
  const auto poller = each_poller();
  Pair one = pair();
  poller->watch(one.ours.fd(), Interest::write);
  fill(one.ours);
  CHECK(told(poller->wait(at_once)).empty());
  one.theirs.close();
  CHECK(told(poller->wait(soon)) == "rw ");
  poller->watch(one.ours.fd(), Interest::nothing);
  CHECK(told(poller->wait(at_once)).empty());
  poller->watch(one.ours.fd(), Interest::read);
  CHECK(told(poller->wait(soon)) == "rw ");
}

TEST_CASE("of many, those that are ready are reported, each by its descriptor", "[poll][epoll]") {
  const auto poller = each_poller();
  std::vector<Pair> pairs;
  for (int i = 0; i < 300; ++i) {  // more than one wait of epoll reports
    pairs.push_back(pair());
    poller->watch(pairs.back().ours.fd(), Interest::read);
    write_byte(pairs.back().theirs);
  }
  std::set<int> ready;
  while (ready.size() < pairs.size()) {
    const auto all = poller->wait(soon);
    REQUIRE_FALSE(all.empty());
    for (const Ready& one : all) {
      ready.insert(one.fd);
      poller->watch(one.fd, Interest::nothing);
    }
  }
  for (const Pair& one : pairs)
    CHECK(ready.contains(one.ours.fd()));
}

TEST_CASE("what is forgotten is not reported, nor what was still to be looked at",
          "[poll][epoll]") {
  const auto poller = each_poller();
  std::array<Pair, 3> pairs{pair(), pair(), pair()};
  for (const Pair& one : pairs) {
    poller->watch(one.ours.fd(), Interest::read);
    write_byte(one.theirs);
  }
  const auto all = poller->wait(soon);
  REQUIRE(all.size() == 3);
  const int number = all[2].fd;
  poller->forget(number);
  CHECK(all[1].readable);
  CHECK_FALSE(all[2].readable);
  poller->forget(number);  // harmless
  CHECK(poller->wait(soon).size() == 2);
  // The number is given to another: what it is watched for counts.
  poller->watch(number, Interest::write);
  CHECK(poller->wait(soon).size() == 3);
}

TEST_CASE("with nothing to watch, a wait lasts its time", "[poll][epoll]") {
  const auto poller = each_poller();
  const auto begin = std::chrono::steady_clock::now();
  CHECK(poller->wait(milliseconds(30)).empty());
  CHECK(std::chrono::steady_clock::now() - begin >= milliseconds(29));
}
