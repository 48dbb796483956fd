// A server that has reached ulimit -n: who comes then is refused politely, who is here stays, and
// who comes once others have left is let in.
#include <sys/socket.h>

#include <csignal>

#include "net/stream.hpp"
#include "scale/wire.hpp"
#include "support/catch.hpp"
#include "support/process.hpp"

using namespace prise;
using namespace prise::scale;
using testing::Process;
using testing::within;

namespace {

constexpr testing::Seconds patience(30);
constexpr std::size_t descriptors = 64;

// Blocks for no longer than a test may last.
class Guest {
public:
  explicit Guest(std::uint16_t port)
      : stream_(net::Stream::connect(net::Address::ipv4("127.0.0.1", port))) {
    const timeval time{30, 0};
    ::setsockopt(stream_.fd(), SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
  }

  void send(std::string_view bytes) {
    ::send(stream_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);  // it may be refused already
  }

  int status() {
    auto answer = read_answer(input_);
    for (; !answer; answer = read_answer(input_))
      REQUIRE(receive());
    input_.erase(0, answer->head_bytes);
    return answer->status;
  }

  std::string heard() {
    auto frame = read_frame(input_);
    for (; !frame; frame = read_frame(input_))
      REQUIRE(receive());
    std::string payload(frame->payload);
    last_opcode = frame->opcode;
    input_.erase(0, frame->bytes);
    return payload;
  }

  // The closing handshake, to the end of the stream.
  void leave() {
    send(close_message(1000));
    CHECK(close_code(heard()) == 1000);
    CHECK_FALSE(receive());
  }

  Opcode last_opcode = continuation;

private:
  bool receive() {
    const std::string more = stream_.receive_some(4096);
    input_ += more;
    return !more.empty();
  }

  net::Stream stream_;
  std::string input_;
};

using Guests = std::vector<Guest>;

std::uint16_t port_said_by(Process& server) {
  REQUIRE(server.wait_for("\n", within(patience)));
  return static_cast<std::uint16_t>(std::stoul(server.output().substr(sizeof "Port :")));
}

// Brings guests in until one is refused; gives how it was.
int fill(std::uint16_t port, Guests& guests) {
  for (std::size_t i = 0; i <= descriptors; ++i) {
    Guest guest(port);
    guest.send(request());
    const int status = guest.status();
    if (status != 101) return status;
    guests.push_back(std::move(guest));
  }
  return 101;
}

void check_that_all_hear(Guests& guests, const std::string& words) {
  guests.front().send(message(text, words));
  for (Guest& guest : guests)
    CHECK(guest.heard() == words);
}

void check_room(const std::string& program) {
  Process server({"/bin/sh",
                  {"-c", "ulimit -n " + std::to_string(descriptors) + " && exec \"$0\" --port 0",
                   std::string(PRISE_ROOMS) + "/" + program}});
  const std::uint16_t port = port_said_by(server);
  Guests guests;
  CHECK(fill(port, guests) == 503);
  const std::size_t full = guests.size();
  REQUIRE(full > descriptors / 4);
  check_that_all_hear(guests, "complet");

  // Many at once, whom nobody has time to wait for.
  Guests refused;
  for (int i = 0; i < 30; ++i)
    refused.emplace_back(port);
  for (Guest& guest : refused)
    guest.send(request());
  for (Guest& guest : refused)
    CHECK(guest.status() == 503);
  refused.clear();
  check_that_all_hear(guests, "toujours complet");

  for (int i = 0; i < 5; ++i) {
    guests.back().leave();
    guests.pop_back();
  }
  // Their descriptors come back when the server has seen them go, a moment later perhaps.
  const auto deadline = within(patience);
  while (guests.size() < full && testing::Clock::now() < deadline)
    CHECK(fill(port, guests) == 503);
  CHECK(guests.size() == full);
  check_that_all_hear(guests, "complet de nouveau");

  server.send_signal(SIGINT);
  for (Guest& guest : guests) {
    CHECK(close_code(guest.heard()) == 1001);
    CHECK(guest.last_opcode == close_frame);
    guest.send(close_message(1001));
  }
  guests.clear();
  const auto ending = server.wait(within(patience));
  REQUIRE(ending.has_value());
  CHECK(ending->clean());
}

}  // namespace

TEST_CASE("the event loop refuses politely without a descriptor left, and goes on") {
  check_room("event_loop_room");
}

TEST_CASE("the asio driver refuses politely without a descriptor left, and goes on") {
  check_room("asio_room");
}
