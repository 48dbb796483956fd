// Each system call of a driver fails once, the first, then the second, until there are no more of
// them: nothing hangs, nothing is lost but the connection it happened to, no descriptor is left.
#include <cerrno>

#include "unit/drivers/failing_calls.hpp"
#include "unit/drivers/trial.hpp"

using namespace prise;
using namespace prise::testing;
using drivers::Ending;
using websocket::CloseCode;

namespace {

// As usual, but a connect whose epoll_ctl failed, which asio does not tell, is not waited for long.
const drivers::Settings& patient() {
  static const drivers::Settings settings = [] {
    drivers::Settings made;
    made.timeouts.handshake = std::chrono::seconds(4);
    return made;
  }();
  return settings;
}

// A whole conversation. False: it was cut somewhere.
bool converse(const Trial& trial) {
  Begun begun = connect(trial, patient());
  RawPeer& peer = begun.peer;
  bool whole = false;
  try {
    if (trial.role == Role::server) {
      peer.send(std::string(upgrade) + "\r\n");
      peer.receive_head();
    } else {
      peer.send(acceptance_of(peer.receive_head()));
    }
    peer.send(Opcode::text, "Bonjour");
    const bool echoed = peer.receive_frame() == peer.driver_frame(Opcode::text, "Bonjour");
    peer.send(Opcode::close, close_payload(1000));
    whole = echoed && peer.receive_frame() == peer.driver_frame(Opcode::close, close_payload(1000));
  } catch (const std::system_error&) {  // a reset
  }
  peer.stream().close();
  try {
    return begun.ending().code == CloseCode::normal && whole;
  } catch (const std::system_error&) {  // what the system refused
    return false;
  }
}

}  // namespace

TEST_CASE("any call may be interrupted", "[contract]") {
  const Trial trial = each_trial();
  bool more = true;
  for (int nth = 1; more; ++nth) {
    let_fail(nth, EINTR);
    const bool whole = converse(trial);
    const std::string call = end_of_failures().call;
    INFO(trial.name() << ", call " << nth << ", " << call);
    const bool can_be = call != "epoll_ctl" && call != "shutdown";
    if (can_be || call.empty()) CHECK(whole);
    more = !call.empty();
    REQUIRE(nth < 500);
  }
}

TEST_CASE("any call may fail, at any time", "[contract]") {
  const Trial trial = each_trial();
  const int error = GENERATE(ECONNRESET, ENOMEM);
  const auto before = open_descriptors();
  bool more = true;
  for (int nth = 1; more; ++nth) {
    let_fail(nth, error);
    const bool whole = converse(trial);
    const std::string call = end_of_failures().call;
    INFO(trial.name() << ", call " << nth << ", " << call);
    if (call.empty()) CHECK(whole);
    CHECK(open_descriptors() == before);
    more = !call.empty();
    REQUIRE(nth < 500);
  }
}
