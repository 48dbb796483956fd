// Exercise 17: a WebSocket's echo, frame by frame: fragments, control frames between them, and the
// closing handshake.
#include "exercises/support/check.hpp"
#include "support/catch.hpp"

using namespace prise::check;

namespace {

constexpr std::size_t message_bytes_max = 65536;

// The check's own frames, not common/protocol's (RFC 6455 section 5.2).
enum Opcode : unsigned { continuation = 0, text = 1, binary = 2, closing = 8, ping = 9, pong = 10 };
enum class Fin { more, last };

std::string head(Opcode opcode, std::size_t bytes, Fin fin, unsigned mask_bit) {
  std::string out;
  out += static_cast<char>((fin == Fin::last ? 0x80U : 0U) | opcode);
  const int width = bytes < 126 ? 0 : bytes < 65536 ? 2 : 8;
  const std::size_t length = width == 0 ? bytes : width == 2 ? 126 : 127;
  out += static_cast<char>(mask_bit | length);
  for (int shift = (width - 1) * 8; shift >= 0; shift -= 8)
    out += static_cast<char>(bytes >> shift & 0xFF);
  return out;
}

// As the server must send it.
std::string frame(Opcode opcode, const std::string& payload) {
  return head(opcode, payload.size(), Fin::last, 0) + payload;
}

// What a masked frame says, for who reads the exchange.
std::string described(Opcode opcode, const std::string& payload, Fin fin) {
  const std::string name = opcode == text           ? "text"
                           : opcode == binary       ? "binary"
                           : opcode == continuation ? "continuation"
                           : opcode == closing      ? "close"
                           : opcode == ping         ? "ping"
                                                    : "pong";
  return "trame masquée : " + name + (fin == Fin::last ? ", FIN" : ", sans FIN") + ", " +
         std::to_string(payload.size()) + " octets : " + shown_bytes(payload.substr(0, 40));
}

// As a client sends it.
std::string masked(Check& check, Opcode opcode, std::string payload, Fin fin = Fin::last) {
  check.note(described(opcode, payload, fin));
  std::string bytes = head(opcode, payload.size(), fin, 0x80);
  std::string key;
  for (int i = 0; i < 4; ++i)
    key += static_cast<char>(check.random()() & 0xFF);
  for (std::size_t i = 0; i < payload.size(); ++i)
    payload[i] = static_cast<char>(payload[i] ^ key[i % 4]);
  return bytes + key + payload;
}

std::string code(unsigned number) {
  return {static_cast<char>(number >> 8), static_cast<char>(number & 0xFF)};
}

struct Server {
  explicit Server(Check& check)
      : check_(&check), program(check.start({"--port", "0"})), port(program.read_port()) {
    program.expect_line("Serveur en écoute sur le port " + std::to_string(port) + "...");
  }

  // Past the handshake; `frames` come in one piece with it.
  Peer connect(const std::string& frames = "") {
    Peer client = check_->connect(port);
    client.send(
        "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n" +
        frames);
    const std::string expected = "la réponse 101 à la poignée de main";
    while (client.receive_line(expected) != "\r") {
    }
    return client;
  }

  void expect_end(unsigned number, const std::string& mistake = "end_code_wrong") {
    program.expect_line("Fin : " + std::to_string(number), {{mistake}});
  }

  // The server answers with this Close, then ends the stream: not a byte more.
  void expect_close(Peer& client, const std::string& payload, Guesses guesses = {}) {
    guesses.push_back({"close_not_echoed", is_empty()});
    client.expect_bytes(frame(closing, payload), guesses);
    client.expect_closed({{"reply_to_ping_after_close", starts_with(frame(pong, "encore"))},
                          {"sends_after_close", [](auto actual) { return !actual.empty(); }},
                          {"not_closed", is_empty()}});
    client.close();
  }

  Check* check_;
  Program program;
  std::uint16_t port;
};

Guess closes_with(unsigned number, const std::string& mistake) {
  return {mistake, [number](std::string_view actual) {
            return actual.size() >= 4 && (actual[0] & 0xF) == 8 &&
                   actual.substr(2, 2) == code(number);
          }};
}

}  // namespace

TEST_CASE("a message comes back") {
  Check check("envoyer un texte d'une seule trame");
  Server server(check);
  Peer client = server.connect();
  const std::string sent = check.random_text(20);
  client.send(masked(check, text, sent));
  client.expect_bytes(frame(text, sent), {{"nothing_returned", is_empty()}});
  client.send(masked(check, text, "Encore"));
  client.expect_bytes(frame(text, "Encore"),
                      {{"message_not_cleared", contains(sent)}, {"one_message_only", is_empty()}});
}

TEST_CASE("a message in fragments comes back whole") {
  Check check("envoyer un texte en trois trames, puis des octets en deux");
  Server server(check);
  Peer client = server.connect();
  const std::string first = check.random_text(9), second = check.random_text(9);
  client.send(masked(check, text, first, Fin::more) +
                  masked(check, continuation, second, Fin::more) +
                  masked(check, continuation, "fin"),
              Delivery::chopped);
  const std::string whole = frame(text, first + second + "fin");
  client.expect_bytes(whole, {{"fragments_returned_one_by_one", starts_with(frame(text, first))},
                              closes_with(1002, "fragments_refused"),
                              {"fragments_returned_one_by_one"}});
  const std::string bytes = check.random_text(5) + '\xFF' + '\0';
  client.send(masked(check, binary, bytes, Fin::more) + masked(check, continuation, ""));
  client.expect_bytes(frame(binary, bytes), {{"message_not_cleared", contains("fin")},
                                             {"kind_lost", starts_with(frame(text, bytes))},
                                             closes_with(1007, "utf8_checked_in_binary"),
                                             {"kind_lost"}});
}

TEST_CASE("a ping is answered by its own payload") {
  Check check("envoyer des pings");
  Server server(check);
  Peer client = server.connect();
  for (const std::string& payload :
       {check.random_text(10), std::string("\0\xFF x", 4), std::string()}) {
    client.send(masked(check, ping, payload));
    client.expect_bytes(frame(pong, payload), {{"ping_not_answered", is_empty()},
                                               {"ping_echoed", starts_with(frame(text, payload))},
                                               {"ping_echoed", starts_with(frame(ping, payload))},
                                               {"pong_payload_differs"}});
  }
  client.send(masked(check, pong, "sans ping") + masked(check, text, "après"));
  client.expect_bytes(frame(text, "après"), {{"pong_answered"}});
}

TEST_CASE("a ping between two fragments leaves the message alone") {
  Check check("glisser un ping entre deux morceaux d'un texte");
  Server server(check);
  Peer client = server.connect();
  client.send(masked(check, text, "Bon", Fin::more));
  client.send(masked(check, ping, "là ?"), Delivery::chopped);
  client.expect_bytes(frame(pong, "là ?"), {{"pong_waits_for_the_message", is_empty()},
                                            {"ping_between_fragments_breaks_message"}});
  client.send(masked(check, continuation, "jour"));
  client.expect_bytes(frame(text, "Bonjour"), {{"ping_between_fragments_breaks_message"}});
}

TEST_CASE("a text is UTF-8, wherever its frames cut it") {
  Check check("couper un caractère entre deux morceaux, puis envoyer ce qui n'est pas de l'UTF-8");
  Server server(check);
  Peer client = server.connect();
  const std::string sent = "l'\xC3\xA9t\xC3\xA9 \xF0\x9F\x99\x82";
  const std::size_t cut = check.random()() % 2 == 0 ? 3 : sent.size() - 2;  // within a character
  client.send(masked(check, text, sent.substr(0, cut), Fin::more) +
              masked(check, continuation, sent.substr(cut)));
  client.expect_bytes(frame(text, sent),
                      {closes_with(1007, "utf8_per_fragment"), {"fragments_returned_one_by_one"}});
  client.send(masked(check, text, "caf\xE9"));
  server.expect_close(client, code(1007),
                      {{"bad_utf8_accepted", starts_with(frame(text, "caf\xE9"))}});
  server.expect_end(1007);
}

TEST_CASE("a continuation needs a message") {
  Check check("envoyer une suite (continuation) sans message commencé");
  Server server(check);
  Peer client = server.connect();
  client.send(masked(check, text, "entier"));
  client.expect_bytes(frame(text, "entier"));
  client.send(masked(check, continuation, "suite"));
  server.expect_close(client, code(1002), {{"orphan_continuation"}});
  server.expect_end(1002);
}

TEST_CASE("a message does not begin within another") {
  Check check("commencer un message au milieu d'un autre");
  Server server(check);
  Peer client = server.connect();
  client.send(masked(check, text, "un", Fin::more));
  client.send(masked(check, binary, "deux"));
  server.expect_close(client, code(1002), {{"text_inside_fragments"}});
  server.expect_end(1002);
}

TEST_CASE("nothing follows a close") {
  Check check("envoyer un ping et un texte juste après Close");
  Server server(check);
  Peer client = server.connect(masked(check, closing, code(1000)) + masked(check, ping, "encore") +
                               masked(check, text, "trop tard"));
  server.expect_close(client, code(1000),
                      {{"reply_to_ping_after_close", starts_with(frame(pong, "encore"))},
                       {"close_code_differs", [](auto actual) { return !actual.empty(); }}});
  server.expect_end(1000);
}

TEST_CASE("a close is answered with its code, and is the last") {
  Check check("fermer, avec un code, puis sans");
  Server server(check);
  Peer client = server.connect();
  const unsigned number = 3000 + static_cast<unsigned>(check.random()() % 2000);
  client.send(masked(check, closing, code(number) + "fini"));
  server.expect_close(client, code(number),
                      {{"close_reason_echoed", starts_with(frame(closing, code(number) + "fini"))},
                       {"close_code_differs", [](auto actual) { return !actual.empty(); }}});
  server.expect_end(number);
  Peer other = server.connect();
  other.send(masked(check, closing, ""));
  server.expect_close(other, "", {{"empty_close_answered_with_code", [](auto actual) {
                                     return actual.size() >= 2 && (actual[0] & 0xF) == 8;
                                   }}});
  server.expect_end(1005);
}

TEST_CASE("some closes break the rules") {
  Check check("fermer avec un seul octet, puis avec des codes interdits");
  Server server(check);
  Peer client = server.connect(masked(check, closing, "\x03"));
  server.expect_close(client, code(1002), {{"one_byte_close_accepted"}});
  server.expect_end(1002);
  for (const unsigned number : {1005U, 1006U, 999U, 5000U}) {
    Peer other = server.connect(masked(check, closing, code(number)));
    server.expect_close(other, code(1002), {closes_with(number, "bad_close_code_accepted")});
    server.expect_end(1002);
  }
}

TEST_CASE("a message has a limit, all its fragments together") {
  Check check("envoyer un message aussi long que permis, puis un octet de plus");
  Server server(check);
  Peer client = server.connect();
  const std::string half(message_bytes_max / 2, 'x');
  client.send(masked(check, binary, half, Fin::more) + masked(check, continuation, half));
  client.expect_bytes(frame(binary, half + half), {closes_with(1009, "limit_off_by_one")});
  client.send(masked(check, binary, half, Fin::more) +
              masked(check, continuation, half, Fin::more) +
              masked(check, continuation, "x", Fin::more));
  server.expect_close(client, code(1009), {{"message_without_limit"}});
  server.expect_end(1009);
}

TEST_CASE("a frame that breaks the rules ends it, and nothing follows") {
  Check check("envoyer une trame sans masque");
  Server server(check);
  Peer client = server.connect(frame(text, "nu") + masked(check, ping, "encore"));
  server.expect_close(client, code(1002), {{"trouble_not_told", is_empty()}});
  server.expect_end(1002);
}

TEST_CASE("a client may leave without a close") {
  Check check("partir sans fermer, au milieu d'un message ; puis un autre client");
  Server server(check);
  Peer client = server.connect(masked(check, text, "un", Fin::more));
  client.half_close();
  server.expect_end(1006);
  client.expect_closed({{"sends_to_nobody"}});
  client.close();
  Peer next = server.connect();
  next.send(masked(check, text, "Suivant"));
  next.expect_bytes(frame(text, "Suivant"), {{"nothing_returned", is_empty()}});
}
