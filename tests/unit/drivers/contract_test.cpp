// What every driver of the WebSocket core keeps to, in both roles, seen from the other side.
#include <unistd.h>

#include <array>

#include "unit/drivers/trial.hpp"

using namespace prise;
using namespace prise::testing;
using namespace std::chrono_literals;
using drivers::Ending;
using drivers::Settings;
using websocket::CloseCode;
using websocket::Rule;

namespace {

// The end that both sides agree on, begun by the peer.
void close_from_peer(Begun& begun) {
  begun.peer.send(Opcode::close, close_payload(1000, "fini"));
  CHECK(begun.peer.receive_frame() == begun.peer.driver_frame(Opcode::close, close_payload(1000)));
  begun.peer.stream().shutdown_sending();
  CHECK(begun.peer.ended());
  const Ending ending = begun.ending();
  CHECK(ending.code == CloseCode::normal);
  CHECK(ending.reason == "fini");
  CHECK(ending.rule == Rule::none);
  CHECK_FALSE(ending.timed_out);
}

void check_echo(RawPeer& peer, Opcode opcode, const std::string& payload) {
  peer.send(opcode, payload);
  CHECK((peer.receive_frame() == peer.driver_frame(opcode, payload)));
}

struct Bell {
  Bell() { REQUIRE(::pipe(ends.data()) == 0); }
  ~Bell() {
    ::close(ends[0]);
    ::close(ends[1]);
  }
  void ring() const { REQUIRE(::write(ends[1], "!", 1) == 1); }
  std::array<int, 2> ends{};
};

}  // namespace

TEST_CASE("text and bytes of all sizes come back as they were", "[contract]") {
  const Trial trial = each_trial();
  INFO(trial.name());
  Begun begun = open(trial, usual());
  for (const std::size_t bytes : {0U, 1U, 125U, 126U, 65535U, 65536U, 700'000U}) {
    check_echo(begun.peer, Opcode::text, std::string(bytes, 'e'));
    check_echo(begun.peer, Opcode::binary, pattern(bytes));
  }
  close_from_peer(begun);
}

TEST_CASE("frames that come with the handshake are kept, fragments and pings too",
          "[contract][rfc6455][5.4]") {
  const Trial trial = each_trial();
  INFO(trial.name());
  Begun begun = connect(trial, usual());
  RawPeer& peer = begun.peer;
  shake_hands(peer, trial.role,
              peer.frame(Opcode::text, "Bon", Fin::more) + peer.frame(Opcode::ping, "là ?") +
                  peer.frame(Opcode::continuation, "jour") + peer.frame(Opcode::text, "!"));
  CHECK(peer.receive_frame() == peer.driver_frame(Opcode::pong, "là ?"));
  CHECK(peer.receive_frame() == peer.driver_frame(Opcode::text, "Bonjour"));
  CHECK(peer.receive_frame() == peer.driver_frame(Opcode::text, "!"));
  close_from_peer(begun);
}

TEST_CASE("bytes may come one by one", "[contract]") {
  const Trial trial = each_trial();
  INFO(trial.name());
  Begun begun = open(trial, usual());
  const std::string bytes =
      begun.peer.frame(Opcode::text, "été") + begun.peer.frame(Opcode::ping, "?");
  for (const char byte : bytes)
    begun.peer.send(std::string(1, byte));
  CHECK(begun.peer.receive_frame() == begun.peer.driver_frame(Opcode::text, "été"));
  CHECK(begun.peer.receive_frame() == begun.peer.driver_frame(Opcode::pong, "?"));
  close_from_peer(begun);
}

TEST_CASE("many small messages at once are all answered, in order", "[contract]") {
  const Trial trial = each_trial();
  INFO(trial.name());
  Begun begun = open(trial, usual());
  std::string sent, expected;
  for (int i = 0; i < 1000; ++i)
    sent += begun.peer.frame(Opcode::text, std::to_string(i));
  begun.peer.send(sent);
  int wrong = 0;
  for (int i = 0; i < 1000; ++i)
    wrong += begun.peer.receive_frame() == begun.peer.driver_frame(Opcode::text, std::to_string(i))
                 ? 0
                 : 1;
  CHECK(wrong == 0);
  close_from_peer(begun);
}

TEST_CASE("the program may close first", "[contract][rfc6455][7.1.1]") {
  const Trial trial = each_trial();
  INFO(trial.name());
  Begun begun = open(trial, usual(), Does::close);
  const std::string payload = close_payload(4000, "assez");
  CHECK(begun.peer.receive_frame() == begun.peer.driver_frame(Opcode::close, payload));
  begun.peer.send(Opcode::close, close_payload(4000));
  if (trial.role == Role::server) CHECK(begun.peer.ended());
  begun.peer.stream().close();
  const Ending ending = begun.ending();
  CHECK(ending.code == own_close_code);
  CHECK(ending.rule == Rule::none);
}

TEST_CASE("a Close frame without a code is answered in kind", "[contract][rfc6455][7.1.5]") {
  const Trial trial = each_trial();
  INFO(trial.name());
  Begun begun = open(trial, usual());
  begun.peer.send(Opcode::close, "");
  CHECK(begun.peer.receive_frame() == begun.peer.driver_frame(Opcode::close, ""));
  begun.peer.stream().close();
  CHECK(begun.ending().code == CloseCode::none_received);
}

TEST_CASE("a broken rule is answered with its close code", "[contract][rfc6455][7.1.7]") {
  const Trial trial = each_trial();
  INFO(trial.name());
  Begun begun = open(trial, usual());
  begun.peer.send(begun.peer.frame(Opcode::text, "\xFF") + std::string(100'000, 'x'));
  const std::string close = begun.peer.receive_frame();
  REQUIRE(close.size() > 4);
  CHECK(close.substr(2, 2) == close_payload(1007));
  begun.peer.stream().shutdown_sending();
  CHECK(begun.peer.ended());
  CHECK(begun.ending().rule == Rule::text_not_utf8);
}

TEST_CASE("a peer that vanishes or resets is an outcome", "[contract][rfc6455][7.1.5]") {
  const Trial trial = each_trial();
  const bool reset_it = GENERATE(false, true);
  INFO(trial.name());
  Begun begun = open(trial, usual());
  begun.peer.send(begun.peer.frame(Opcode::text, "Bonjour").substr(0, 5));
  if (reset_it)
    reset(begun.peer.stream());
  else
    begun.peer.stream().close();
  const Ending ending = begun.ending();
  CHECK(ending.code == CloseCode::closed_abnormally);
  CHECK(ending.rule == Rule::ended_without_close);
  CHECK_FALSE(ending.timed_out);
}

TEST_CASE("a peer that only stops sending still gets its answers", "[contract]") {
  const Trial trial = each_trial();
  INFO(trial.name());
  Begun begun = open(trial, usual());
  const std::string payload = pattern(100'000);
  begun.peer.send(Opcode::binary, payload);
  begun.peer.stream().shutdown_sending();
  CHECK((begun.peer.receive_frame() == begun.peer.driver_frame(Opcode::binary, payload)));
  CHECK(begun.peer.ended());
  CHECK(begun.ending().rule == Rule::ended_without_close);
}

TEST_CASE("a server refuses what is no handshake, and shows its pages", "[contract]") {
  Trial trial = each_trial();
  if (trial.role == Role::client) return;
  INFO(trial.name());
  Settings settings;
  settings.pages["/"] = {"text/plain", "Bonjour"};
  const auto answer = [&](const std::string& request) {
    Begun begun = connect(trial, settings);
    begun.peer.send(request);
    begun.peer.stream().shutdown_sending();
    const std::string answered = begun.peer.stream().receive_all(10'000).value();
    return std::pair(answered, begun.ending().http_status);
  };
  const std::string get = "GET / HTTP/1.1\r\nHost: localhost\r\n";
  const auto [page, status] = answer(get + "\r\n");
  CHECK(status == 200);
  CHECK(page.ends_with("\r\n\r\nBonjour"));
  CHECK(answer("GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n").second == 404);
  CHECK(answer("BONJOUR\r\n\r\n").first.starts_with("HTTP/1.1 400 "));
  CHECK(answer(std::string(upgrade) + "Origin: https://example.com\r\n\r\n").second == 403);
  CHECK(answer(get + "X: " + std::string(20'000, 'x')).first.starts_with("HTTP/1.1 431 "));
}

TEST_CASE("a client that is refused knows why", "[contract][rfc6455][4.1]") {
  Trial trial = each_trial();
  if (trial.role == Role::server) return;
  INFO(trial.name());
  Begun refused = connect(trial, usual());
  refused.peer.receive_head();
  refused.peer.send("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  CHECK(refused.peer.ended());
  const Ending ending = refused.ending();
  CHECK(ending.rule == Rule::status_not_101);
  CHECK(ending.http_status == 404);
  Begun cut = connect(trial, usual());
  cut.peer.receive_head();
  cut.peer.stream().close();
  CHECK(cut.ending().rule == Rule::handshake_cut);
}

TEST_CASE("a handshake has a time, however its bytes come", "[contract]") {
  const Trial trial = each_trial();
  INFO(trial.name());
  Settings settings;
  settings.timeouts.handshake = 30ms;
  Begun begun = connect(trial, settings);
  if (trial.role == Role::server)
    begun.peer.send("GET / HTTP/1.1\r\n");
  else
    begun.peer.receive_head();
  CHECK(begun.peer.ended());
  const Ending ending = begun.ending();
  CHECK(ending.timed_out);
  CHECK(ending.rule == Rule::handshake_cut);
}

TEST_CASE("a silent peer is pinged, kept if it answers, dropped if not", "[contract]") {
  const Trial trial = each_trial();
  INFO(trial.name());
  Settings settings;
  settings.timeouts.idle = 250ms;
  Begun begun = open(trial, settings);
  CHECK(begun.peer.receive_frame() == begun.peer.driver_frame(Opcode::ping, ""));
  begun.peer.send(Opcode::pong, "");
  CHECK(begun.peer.receive_frame() == begun.peer.driver_frame(Opcode::ping, ""));
  CHECK(begun.peer.ended());
  const Ending ending = begun.ending();
  CHECK(ending.timed_out);
  CHECK(ending.rule == Rule::ended_without_close);
}

TEST_CASE("a close that is not answered has a time", "[contract]") {
  const Trial trial = each_trial();
  INFO(trial.name());
  Settings settings;
  settings.timeouts.close = 30ms;
  Begun begun = open(trial, settings, Does::close);
  CHECK(begun.peer.receive_frame() ==
        begun.peer.driver_frame(Opcode::close, close_payload(4000, "assez")));
  CHECK(begun.peer.ended());
  const Ending ending = begun.ending();
  CHECK(ending.timed_out);
  CHECK(ending.code == CloseCode::closed_abnormally);
}

TEST_CASE("a peer that never reads holds nobody for ever", "[contract]") {
  const Trial trial = each_trial();
  INFO(trial.name());
  Settings settings;
  settings.timeouts.send = settings.timeouts.close = 30ms;
  Begun begun = open(trial, settings, Does::flood, Buffers::small);
  const Ending ending = begun.ending();
  CHECK(ending.timed_out);
  CHECK(ending.rule == Rule::ended_without_close);
}

TEST_CASE("one who asks and does not listen waits alone, and loses nothing", "[contract]") {
  const Trial trial = each_trial();
  if (trial.role == Role::client) return;
  INFO(trial.name());
  net::Listener listener(loopback());
  const net::Address address = listener.address();
  Endings endings = trial.driver->serve(std::move(listener), usual(), Does::echo, 2);
  RawPeer slow(net::Stream::connect(address), Role::client);
  RawPeer quick(net::Stream::connect(address), Role::client);
  shake_hands(slow, Role::server);
  shake_hands(quick, Role::server);
  constexpr int messages = 256;  // of 64 KiB: more than the kernel holds
  const std::string payload = pattern(65'536);
  auto asking = std::async(std::launch::async, [&] {
    const std::string frame = slow.frame(Opcode::binary, payload);
    for (int i = 0; i < messages; ++i)
      slow.send(frame);
  });
  for (int i = 0; i < 100; ++i)
    check_echo(quick, Opcode::text, std::to_string(i));
  int wrong = 0;
  for (int i = 0; i < messages; ++i)
    wrong += slow.receive_frame() == slow.driver_frame(Opcode::binary, payload) ? 0 : 1;
  CHECK(wrong == 0);
  asking.get();
  slow.stream().close();
  quick.stream().close();
  CHECK(endings.get().size() == 2);
}

TEST_CASE("when the program is stopped, all who are there are told", "[contract][rfc6455][7.4.1]") {
  const Trial trial = each_trial();
  INFO(trial.name());
  const Bell bell;
  Settings settings;
  settings.stop_fd = bell.ends[0];
  Begun begun = open(trial, settings);
  check_echo(begun.peer, Opcode::text, "là ?");
  bell.ring();
  CHECK(begun.peer.receive_frame() == begun.peer.driver_frame(Opcode::close, close_payload(1001)));
  begun.peer.send(Opcode::close, close_payload(1001));
  begun.peer.stream().close();
  CHECK(begun.ending().code == CloseCode::going_away);
}

TEST_CASE("a stop ends a handshake", "[contract]") {
  const Trial trial = each_trial();
  INFO(trial.name());
  const Bell bell;
  Settings settings;
  settings.stop_fd = bell.ends[0];
  Begun begun = connect(trial, settings);
  if (trial.role == Role::server)  // answered only once it was accepted
    begun.peer.send("GET / HTTP/1.1\r\n");
  else
    begun.peer.receive_head();
  if (trial.role == Role::client) {
    bell.ring();
    CHECK(begun.peer.ended());
    CHECK(begun.ending().rule == Rule::handshake_cut);
  } else {
    begun.peer.stream().close();
    CHECK(begun.ending().rule == Rule::handshake_cut);
  }
}

TEST_CASE("a driver leaves no descriptor behind", "[contract]") {
  const Trial trial = each_trial();
  INFO(trial.name());
  const auto before = open_descriptors();
  for (int i = 0; i < 3; ++i) {
    Begun begun = open(trial, usual());
    close_from_peer(begun);
  }
  CHECK(open_descriptors() == before);
}
