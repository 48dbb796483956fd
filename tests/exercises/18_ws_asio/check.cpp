// Exercise 18: the keep-alive of a WebSocket server: a ping for the silent, an end for the dead.
#include <chrono>

#include "exercises/support/check.hpp"
#include "support/catch.hpp"

using namespace prise::check;

namespace {

using Clock = std::chrono::steady_clock;

// The check's own frames, not common/protocol's (RFC 6455 section 5.2): short ones only.
enum Opcode : unsigned { text = 1, closing = 8, ping = 9, pong = 10 };

std::string frame(Opcode opcode, const std::string& payload) {
  return std::string{static_cast<char>(0x80U | opcode), static_cast<char>(payload.size())} +
         payload;
}

// As a client sends it.
std::string masked(Check& check, Opcode opcode, std::string payload) {
  std::string bytes{static_cast<char>(0x80U | opcode), static_cast<char>(0x80U | payload.size())};
  std::string key;
  for (int i = 0; i < 4; ++i)
    key += static_cast<char>(check.random()() & 0xFF);
  for (std::size_t i = 0; i < payload.size(); ++i)
    payload[i] = static_cast<char>(payload[i] ^ key[i % 4]);
  return bytes + key + payload;
}

struct Server {
  Server(Check& check, const std::string& idle, const std::string& answer)
      : check_(&check),
        program(check.start({"--port", "0", "--idle", idle, "--answer", answer})),
        port(program.read_port()) {
    program.expect_line("Serveur en écoute sur le port " + std::to_string(port) + "...");
  }

  // Past the handshake, and greeted.
  Peer connect() {
    Peer client = check_->connect(port);
    client.send(
        "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Version: 13\r\n\r\n");
    const std::string expected = "la réponse 101 à la poignée de main";
    while (client.receive_line(expected, {{"loop_blocked", is_empty()}}) != "\r") {
    }
    program.expect_line("Nouveau client : " + client.own_address());
    return client;
  }

  void expect_echo(Peer& client, const std::string& message) {
    client.send(masked(*check_, text, message));
    client.expect_bytes(frame(text, message), {{"loop_blocked", is_empty()}});
  }

  // A close from the client, its answer, and what the server says of it.
  void leave(Peer& client) {
    const std::string normal{'\x03', '\xE8'};
    client.send(masked(*check_, closing, normal));
    client.expect_bytes(frame(closing, normal));
    client.expect_closed();
    const std::string address = client.own_address();
    client.close();  // the server waits for the end of the stream
    program.expect_line("Fin : " + address, {{"watch_outlives_client", is_empty()}});
  }

  // The dead one's end: the stream is cut, without a word.
  void expect_hung_up(Peer& client) {
    const std::string got = client.receive_some(100, check_->patience());
    check_->require(client.end() != StreamEnd::open || !got.empty(),
                    "le serveur raccroche : le client n'a pas répondu au ping",
                    "rien : la connexion reste ouverte", {{"dead_kept"}});
    check_->require(got.empty() || got[0] != static_cast<char>(0x80U | closing),
                    "le serveur raccroche sans un mot (hang_up)", "une trame Close",
                    {{"closes_politely"}});
    check_->require(got.empty(), "le serveur raccroche", "une autre trame : " + shown_bytes(got),
                    {{"dead_kept"}});
  }

  Check* check_;
  Program program;
  std::uint16_t port;
};

const std::string empty_ping = frame(ping, "");

// So many bytes, or those that came in the time.
std::string take(Peer& client, std::size_t bytes, Seconds time) {
  std::string got = client.receive_some(bytes, time);
  while (!got.empty() && got.size() < bytes) {
    const std::string more = client.receive_some(bytes - got.size(), time);
    if (more.empty()) break;
    got += more;
  }
  return got;
}

// A ping of the server's, and its payload.
std::string receive_ping(Check& check, Peer& client, const Guesses& guesses) {
  const std::string expected = "une trame ping, au client qui se tait";
  const std::string head = take(client, 2, check.patience());
  if (head.size() < 2 && client.end() != StreamEnd::open)
    check.fail(expected, "la connexion se termine", guesses);
  check.require(head.size() == 2, expected, "rien", {{"not_pinged"}});
  check.require(head[0] == empty_ping[0], expected, shown_bytes(head), {{"not_a_ping"}});
  const auto bytes = static_cast<std::size_t>(head[1] & 0x7F);
  return bytes == 0 ? "" : client.receive_exactly(bytes, expected);
}

}  // namespace

TEST_CASE("messages come back while somebody watches") {
  Check check("un client parle, et reçoit son écho");
  Server server(check, "60", "60");
  Peer client = server.connect();
  server.expect_echo(client, check.random_text(10));
  Peer other = server.connect();
  server.expect_echo(other, "moi aussi");
}

TEST_CASE("who leaves is not watched any longer") {
  Check check("un client s'en va : c'est fini tout de suite, sans attendre l'heure du ping");
  Server server(check, "60", "60");
  Peer client = server.connect();
  server.leave(client);
}

TEST_CASE("a silent client is pinged, and hung up on when it does not answer") {
  Check check("un client se tait, et ne répond pas au ping");
  Server server(check, "0.2", "0.2");
  Peer client = server.connect();
  const std::string address = client.own_address();
  receive_ping(check, client, {{"dropped_without_ping"}});
  server.program.expect_line("Ping : " + address);
  server.expect_hung_up(client);
  server.program.expect_line("Client mort : " + address);
  server.program.expect_line("Fin : " + address, {{"echo_outlives_client", is_empty()}});
}

// When the machine was too slow to say anything, it is tried again.
TEST_CASE("who answers a ping is kept") {
  Check check("un client se tait, mais répond au ping par un pong");
  for (int attempt = 0; attempt < 8; ++attempt) {
    Server server(check, "0.15", "0.5");
    const auto start = Clock::now();
    Peer client = server.connect();
    const std::string payload = receive_ping(check, client, {{"dropped_without_ping"}});
    client.send(masked(check, pong, payload));
    if (Clock::now() - start > std::chrono::milliseconds(400)) continue;
    receive_ping(check, client, {{"pong_not_counted"}});
    return;
  }
}

TEST_CASE("who speaks is not pinged") {
  Check check("un client parle sans cesse : personne ne lui demande s'il est là");
  constexpr auto idle = std::chrono::milliseconds(400);
  for (int attempt = 0; attempt < 8; ++attempt) {
    Server server(check, "0.4", "0.4");
    const auto start = Clock::now();
    Peer client = server.connect();
    auto last = start;
    bool paused = false;  // the check itself was slow: then a ping is right
    while (Clock::now() - start < idle * 3 / 2 && !paused) {
      const std::string message = check.random_text(5);
      client.send(masked(check, text, message));
      const std::string echo = frame(text, message);
      const std::string got = take(client, echo.size(), check.patience());
      paused = Clock::now() - last > idle / 2;
      last = Clock::now();
      if (!paused)
        check.require(got == echo, shown_bytes(echo), shown_bytes(got), {{"talkative_pinged"}});
      const std::string more = client.receive_some(2, std::chrono::milliseconds(40));
      paused = paused || Clock::now() - last > idle / 2;
      if (!paused)
        check.require(more.empty(), "rien : le client vient de parler", shown_bytes(more),
                      {{"talkative_pinged"}});
    }
    if (!paused) return;
  }
}
