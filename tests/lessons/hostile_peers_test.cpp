// Every program of the lessons with a peer that behaves badly, or in a way that few expect.
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <random>
#include <thread>

#include "lessons/started_program.hpp"
#include "net/datagram.hpp"
#include "net/stream.hpp"
#include "support/loopback.hpp"
#include "visible_text.hpp"

using namespace prise;
using namespace prise::testing;

namespace {

constexpr std::size_t eight_mib = 8 << 20;

net::Address on(std::uint16_t port) {
  return net::Address::ipv4("127.0.0.1", port);
}

// The program of a row, started, with us as its peer over TCP.
struct Meeting {
  Process program;
  net::Stream peer;
};

Meeting meet(const Row& row) {
  if (row.role == Role::tcp_server) {
    Process server(command_of(row, {"--port", "0"}));
    net::Stream peer = net::Stream::connect(on(port_said_by(server)));
    return {std::move(server), std::move(peer)};
  }
  net::Listener listener(loopback());
  Process client(command_of(row, {"--port", std::to_string(listener.address().port())}));
  pollfd watched{listener.fd(), POLLIN, 0};
  REQUIRE(::poll(&watched, 1, 20'000) == 1);
  net::Stream peer = listener.accept();
  client.type(row.typed);
  return {std::move(client), std::move(peer)};
}

template <class Check>
void for_each_over_tcp(Check check) {
  for (const Row& row : program_table()) {
    if (row.role != Role::tcp_server && row.role != Role::tcp_client) continue;
    INFO(row.program);
    check(row);
  }
}

// Sends what can be sent: a peer that has gone away does not want the rest.
void send_while_wanted(net::Stream& peer, std::string_view text) {
  try {
    peer.send_all(text);
    peer.shutdown_sending();
  } catch (const std::system_error&) {
  }
}

void read_while_sent(net::Stream& peer) {
  try {
    peer.receive_all(64 << 20);
  } catch (const std::system_error&) {
  }
}

// Ends the calls in which threads wait, however the test ends; declared after the threads.
struct WakesThreads {
  net::Stream& peer;
  ~WakesThreads() { ::shutdown(peer.fd(), SHUT_RDWR); }
};

// Not before it is done with the peer it had: it takes the next one.
void check_serves_on(const Row& row, Process& server) {
  net::Stream next = net::Stream::connect(on(port_said_by(server)));
  if (row.program == "03_tcp_echo/echo_server") {
    next.send_all("Bonjour");
    next.shutdown_sending();
    CHECK(next.receive_all(1024) == "Bonjour");
  } else if (row.program == "11_threaded_server/server") {
    CHECK(next.receive_some(1024) == "Bienvenue sur le serveur!");
  } else if (row.program == "12_chat_room/server" || row.program == "13_event_loop/server") {
    next.send_all("Toujours là");
    CHECK(server.wait_for(") : Toujours là\n", within(patience)));
  } else {
    REQUIRE((row.program == "14_http_polling/server" || row.program == "15_ws_handshake/server" ||
             row.program.starts_with("17_ws_echo/") || row.program.starts_with("18_ws_asio/") ||
             row.program.starts_with("19_ws_chat/") || row.program == "20_wss_tls/server" ||
             row.program == "21_ws_compression/server"));  // a page, or none, at the same port
    next.send_all("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    CHECK(next.receive_some(1024).starts_with("HTTP/1.1 "));
    next.close();
  }
  check_killable(server);
}

// After its peer has gone: ended, or still there for the next one.
void check_over(const Row& row, Process& program) {
  row.serves_on ? check_killable(program) : check_ended_decently(program);
}

// The text goes to the program, which must show it escaped after the row's words.
void check_shows(const Row& row, const std::string& text) {
  INFO(row.program << " receives " << visible_text(text));
  const std::string line = row.shown_before + visible_text(text) + "\n";
  if (row.role == Role::udp_server || row.role == Role::udp_client) {
    net::Datagrams peer = net::Datagrams::bound_to(loopback());
    const bool server = row.role == Role::udp_server;
    Process program(
        command_of(row, {"--port", server ? "0" : std::to_string(peer.address().port())}));
    if (server) {
      peer.send_to(text, on(port_said_by(program)));
    } else {
      std::array<std::byte, 1024> buffer;
      const auto request = peer.receive_within(std::chrono::seconds(20), buffer);
      REQUIRE(request.has_value());
      peer.send_to(text, request->sender);
    }
    CHECK(program.wait_for(line, within(patience)));
    INFO(program.output());
    check_decent(program.output());
    return check_over(row, program);
  }
  Meeting meeting = meet(row);
  send_while_wanted(meeting.peer, text + std::string(row.text_ends_with));
  CHECK(meeting.program.wait_for(line, within(patience)));
  INFO(meeting.program.output());
  if (row.serves_on) return check_killable(meeting.program);
  read_while_sent(meeting.peer);
  meeting.peer.close();
  check_over(row, meeting.program);
}

// A text that no program and no test has seen before: letters of one to four bytes.
std::string random_text(std::mt19937& random) {
  static const std::vector<std::string> letters{"a", "Z", "7", " ", "é", "ß", "€", "日", "😀", "'"};
  std::string text = "x";
  for (int i = 0; i < 40; ++i)
    text += letters[random() % letters.size()];
  return text + "x";
}

void send_8_mib_to_each(Role role) {
  const std::string message(eight_mib, 'x');
  for_each_over_tcp([&](const Row& row) {
    if (row.role != role) return;
    Meeting meeting = meet(row);
    std::jthread writer([&] { send_while_wanted(meeting.peer, message); });
    std::jthread reader([&] { read_while_sent(meeting.peer); });
    const WakesThreads end{meeting.peer};
    if (!row.serves_on && !row.takes_turns) return check_ended_decently(meeting.program);
    if (row.takes_turns) CHECK(meeting.program.wait_for("xxx", within(patience)));
    check_killable(meeting.program);
  });
}

}  // namespace

TEST_CASE("a text chosen at random is what is shown", "[hostile]") {
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (const Row& row : program_table())
    if (!row.shown_before.empty()) check_shows(row, random_text(random));
}

TEST_CASE("bytes that are no text, or that command a terminal, are shown escaped", "[hostile]") {
  for (const Row& row : program_table())
    if (!row.shown_before.empty())
      check_shows(row, "caf\xe9 \x1b[2J\x1b]0;titre\x07 \xe2\x82 \xff\r\b\x7f fin");
}

TEST_CASE("a NUL byte does not end the text", "[hostile]") {
  for (const Row& row : program_table())
    if (!row.shown_before.empty()) check_shows(row, std::string("avant\0après", 12));
}

TEST_CASE("a peer that closes at once, without a word", "[hostile]") {
  for_each_over_tcp([](const Row& row) {
    Meeting meeting = meet(row);
    meeting.peer.close();
    if (row.serves_on) return check_killable(meeting.program);
    check_ended_decently(meeting.program);
  });
}

TEST_CASE("a peer that resets in the middle of a message", "[hostile]") {
  for_each_over_tcp([](const Row& row) {
    Meeting meeting = meet(row);
    try {
      meeting.peer.send_all("la moitié d'un mess");
    } catch (const std::system_error&) {
    }
    reset(meeting.peer);
    if (row.serves_on) return check_killable(meeting.program);
    check_ended_decently(meeting.program);
  });
}

TEST_CASE("a peer that has spoken and gone before the program looks", "[hostile]") {
  for_each_over_tcp([](const Row& row) {
    Meeting meeting = meet(row);
    meeting.program.send_signal(SIGSTOP);
    send_while_wanted(meeting.peer, "Bonjour" + std::string(row.text_ends_with));
    reset(meeting.peer);  // after the end of its stream: writing to it is now SIGPIPE's case
    meeting.program.send_signal(SIGCONT);
    if (row.serves_on) return check_serves_on(row, meeting.program);
    check_ended_decently(meeting.program);
  });
}

TEST_CASE("a server that takes one client after another survives one that resets", "[hostile]") {
  for_each_over_tcp([](const Row& row) {
    if (row.role != Role::tcp_server || !row.serves_on) return;
    Process server(command_of(row, {"--port", "0"}));
    const net::Address address = on(port_said_by(server));
    for (int i = 0; i < 3; ++i) {
      net::Stream rude = net::Stream::connect(address);
      rude.send_all("la moitié d'un mess");
      reset(rude);
    }
    check_serves_on(row, server);
  });
}

TEST_CASE("a peer that says nothing can be waited for, and the wait be ended", "[hostile]") {
  for (const int signal : {SIGINT, SIGTERM}) {
    for_each_over_tcp([signal](const Row& row) {
      Meeting meeting = meet(row);
      if (meeting.program.wait(within(Seconds(0))).has_value()) return;  // it had no need of us
      meeting.program.send_signal(signal);
      const auto ending = meeting.program.wait(within(patience));
      REQUIRE(ending.has_value());
      CHECK((ending->signal == signal || ending->clean()));
      check_decent(meeting.program.output());
    });
  }
}

TEST_CASE("a message of 8 MiB harms no server", "[hostile]") {
  send_8_mib_to_each(Role::tcp_server);
}

TEST_CASE("a message of 8 MiB harms no client", "[hostile]") {
  send_8_mib_to_each(Role::tcp_client);
}

TEST_CASE("a program that is stopped and continued in the middle of a read goes on", "[hostile]") {
  for_each_over_tcp([](const Row& row) {
    if (row.shown_before.empty()) return;
    Meeting meeting = meet(row);
    for (const int signal : {SIGSTOP, SIGCONT, SIGWINCH, SIGSTOP, SIGCONT})
      meeting.program.send_signal(signal);
    send_while_wanted(meeting.peer, "Bonjour" + std::string(row.text_ends_with));
    CHECK(meeting.program.wait_for(row.shown_before + "Bonjour\n", within(patience)));
    if (row.serves_on) return check_killable(meeting.program);
    read_while_sent(meeting.peer);
    meeting.peer.close();
    check_over(row, meeting.program);
  });
}

TEST_CASE("lesson 03 echo_server returns 8 MiB to a slow reader, whatever interrupts it",
          "[hostile]") {
  const Row row{.program = "03_tcp_echo/echo_server", .role = Role::tcp_server, .serves_on = true};
  Meeting meeting = meet(row);
  const std::string sent = pattern(eight_mib);
  std::jthread writer([&] { send_while_wanted(meeting.peer, sent); });
  const WakesThreads end{meeting.peer};
  std::string received;
  while (received.size() < eight_mib) {
    // It waits in send for us: stopped and continued there, it has sent a part (signal(7)).
    if (received.size() % 64 == 0) {
      meeting.program.send_signal(SIGSTOP);
      meeting.program.send_signal(SIGCONT);
    }
    const std::string some = meeting.peer.receive_some(1 + received.size() % 7919);
    if (some.empty()) break;
    received += some;
  }
  CHECK((received == sent));
  check_killable(meeting.program);
}

TEST_CASE("lesson 07 counts 8 MiB to the byte", "[hostile]") {
  Meeting meeting = meet({"07_receive_all/server", Role::tcp_server});
  send_while_wanted(meeting.peer, pattern(eight_mib));
  CHECK(meeting.peer.receive_all(1024).value_or("").starts_with("8388608 octets bien reçus"));
  CHECK(meeting.program.wait_for("Reçu : 8388608 octets, ", within(patience)));
  check_ended_decently(meeting.program);
}

TEST_CASE("who quits the chat of lesson 10 is not told that the other has left", "[hostile]") {
  for (const Row& row : program_table()) {
    if (!row.program.starts_with("10_")) continue;
    for (int i = 0; i < 20; ++i) {  // the peer closes as soon as it can: a race that must be won
      INFO(row.program << ", time " << i);
      Meeting meeting = meet(row);
      meeting.program.type("quit\n");
      CHECK(meeting.peer.receive_some(1024) == "quit");
      meeting.peer.close();
      check_ended_decently(meeting.program);
      CHECK(meeting.program.output().ends_with("\n\nChat terminé.\n"));
    }
  }
}
