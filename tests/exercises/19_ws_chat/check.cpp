// Exercise 19: a chat with names; everybody is told who comes and who goes, and nobody slow holds
// up the rest.
#include <fmt/core.h>

#include <string>

#include "exercises/support/check.hpp"
#include "support/catch.hpp"

using namespace prise::check;

namespace {

// The check's own frames, not common/protocol's (RFC 6455 section 5.2).
enum Opcode : unsigned { text = 1, closing = 8 };
constexpr unsigned fin = 0x80, masked = 0x80, two_bytes_follow = 126, eight_bytes_follow = 127;

std::string in_network_order(std::size_t number, std::size_t bytes) {
  std::string result(bytes, '\0');
  for (std::size_t i = 0; i < bytes; ++i)
    result[bytes - 1 - i] = static_cast<char>(number >> 8 * i & 0xFF);
  return result;
}

std::string frame_head(Opcode opcode, std::size_t bytes, unsigned mask_bit) {
  const std::string first{static_cast<char>(fin | opcode)};
  if (bytes < two_bytes_follow) return first + static_cast<char>(mask_bit | bytes);
  if (bytes <= 0xFFFF)
    return first + static_cast<char>(mask_bit | two_bytes_follow) + in_network_order(bytes, 2);
  return first + static_cast<char>(mask_bit | eight_bytes_follow) + in_network_order(bytes, 8);
}

// As a client sends it. The mask is the key zero, so that the exchange shows the words as they are.
std::string client_frame(Opcode opcode, const std::string& payload) {
  return frame_head(opcode, payload.size(), masked) + std::string(4, '\0') + payload;
}

const std::string normal{'\x03', '\xE8'};      // 1000
const std::string going_away{'\x03', '\xE9'};  // 1001

// Somebody in the chat, played by the check.
class Someone {
public:
  Someone(Check& check, std::uint16_t port) : check_{&check}, peer_{check.connect(port)} {
    peer_.send(
        "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Version: 13\r\n\r\n");
    while (peer_.receive_line("la réponse 101 à la poignée de main") != "\r") {
    }
  }

  void say(const std::string& words) { peer_.send(client_frame(text, words)); }

  // The next message, whole. `guesses` judge it, or nothing if nothing came.
  void hear(const std::string& words, const Guesses& guesses = {}) {
    const std::string expected = "un message : " + shown_bytes(words);
    const std::string head = peer_.receive_exactly(2, expected, guesses);
    std::size_t bytes = static_cast<unsigned char>(head[1]);
    if (bytes >= two_bytes_follow) {
      const std::size_t follow = bytes == two_bytes_follow ? 2 : 8;
      bytes = 0;
      for (const char byte : peer_.receive_exactly(follow, expected, guesses))
        bytes = bytes << 8 | static_cast<unsigned char>(byte);
    }
    const std::string heard = peer_.receive_exactly(bytes, expected, guesses);
    const bool is_text = head[0] == frame_head(text, 0, 0)[0];
    if (is_text && heard == words) return;
    for (const Guess& guess : guesses)
      if (guess.fits && guess.fits(heard)) fail(expected, heard, {guess.mistake});
    fail(expected, heard, {});
  }

  void close() {
    peer_.send(client_frame(closing, normal));
    peer_.expect_bytes(frame_head(closing, 2, 0) + normal);
    peer_.close();
  }
  void vanish() { peer_.reset(); }
  void stop_reading() { peer_.keep_small_buffer(); }
  void expect_goodbye() { peer_.expect_bytes(frame_head(closing, 2, 0) + going_away); }
  void hang_up() { peer_.close(); }

private:
  [[noreturn]] void fail(const std::string& expected, const std::string& heard,
                         const std::vector<std::string>& mistakes) {
    Guesses guesses;
    for (const std::string& mistake : mistakes)
      guesses.push_back({mistake});
    check_->fail(expected, "un message : " + shown_bytes(heard), guesses);
  }

  Check* check_;
  Peer peer_;
};

struct Chat {
  explicit Chat(Check& check, std::vector<std::string> arguments = {})
      : check_{&check}, program{start(check, std::move(arguments))}, port{program.read_port()} {
    program.expect_line("Serveur en écoute sur le port " + std::to_string(port) + "...");
  }

  Someone connect() { return {*check_, port}; }

  // Somebody who has given a name, which the program has said.
  Someone enter(const std::string& name) {
    Someone someone = connect();
    someone.say(name);
    program.expect_line(joined(name), {{"join_not_announced", is_empty()}});
    return someone;
  }

  static std::string joined(const std::string& name) { return name + " a rejoint le chat"; }
  static std::string left(const std::string& name) { return name + " a quitté le chat"; }

  Check* check_;
  Program program;
  std::uint16_t port;

private:
  static Program start(Check& check, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--port", "0"});
    return check.start(std::move(arguments));
  }
};

}  // namespace

TEST_CASE("who comes is announced, and what is said reaches the others") {
  Check check("Alice, Bob et Chloé arrivent, et se parlent");
  Chat chat(check);
  Someone alice = chat.enter("Alice");
  Someone bob = chat.enter("Bob");
  alice.hear(chat.joined("Bob"), {{"join_not_announced", is_empty()},
                                  {"own_message_back", equals(chat.joined("Alice"))}});
  const std::string words = check.random_text(12);
  alice.say(words);
  bob.hear("Alice : " + words,
           {{"own_message_back", equals(chat.joined("Bob"))}, {"no_name", equals(words)}});
  Someone chloe = chat.enter("Chloé");
  for (Someone* other : {&alice, &bob})
    other->hear(chat.joined("Chloé"), {{"own_message_back", equals("Alice : " + words)}});
  chloe.say("Bonsoir.");
  for (Someone* other : {&alice, &bob})
    other->hear("Chloé : Bonsoir.", {{"no_name", equals("Bonsoir.")}});
}

TEST_CASE("who has given no name is not there") {
  Check check("quelqu'un se connecte, ne dit pas son nom, et repart");
  Chat chat(check);
  Someone alice = chat.enter("Alice");
  Someone nobody = chat.connect();
  alice.say("Il y a quelqu'un ?");
  nobody.close();  // nothing has come before the answer to his close
  Someone bob = chat.connect();
  bob.say("Bob");
  const Guess nameless{"nameless_announced", [](std::string_view line) {
                         return line.ends_with("chat") && !line.starts_with("Bob");
                       }};
  chat.program.expect_line(chat.joined("Bob"), {nameless});
  alice.hear(chat.joined("Bob"), {nameless});
}

TEST_CASE("who leaves is announced, whatever the way") {
  Check check("Bob ferme poliment ; Chloé disparaît sans un mot");
  Chat chat(check);
  Someone alice = chat.enter("Alice");
  Someone bob = chat.enter("Bob");
  alice.hear(chat.joined("Bob"));
  Someone chloe = chat.enter("Chloé");
  for (Someone* other : {&alice, &bob})
    other->hear(chat.joined("Chloé"));
  bob.close();
  chat.program.expect_line(chat.left("Bob"), {{"not_cleaned_up", is_empty()}});
  for (Someone* other : {&alice, &chloe})
    other->hear(chat.left("Bob"), {{"not_cleaned_up", is_empty()}});
  chloe.vanish();
  chat.program.expect_line(chat.left("Chloé"), {{"not_cleaned_up", is_empty()}});
  alice.hear(chat.left("Chloé"), {{"not_cleaned_up", is_empty()}});
  alice.say("Je suis seule.");
  Someone david = chat.enter("David");
  alice.hear(chat.joined("David"));
}

TEST_CASE("who does not read is put out, and the others miss nothing") {
  Check check("Sacha ne lit plus ; Alice parle beaucoup, Bob et Chloé écoutent");
  Chat chat(check, {"--queue", "1024"});
  Someone bob = chat.enter("Bob");
  Someone sacha = chat.enter("Sacha");
  bob.hear(chat.joined("Sacha"));
  sacha.stop_reading();
  Someone alice = chat.enter("Alice");
  bob.hear(chat.joined("Alice"));
  Someone chloe = chat.enter("Chloé");
  for (Someone* other : {&bob, &alice})
    other->hear(chat.joined("Chloé"));

  // The system keeps some megabytes for Sacha; then his queue fills. A message and the news of his
  // leaving fit into the others' together.
  constexpr int messages_max = 72;
  constexpr std::size_t message_bytes = 500'000;
  int sent = 0;
  while (!chat.program.speaks_within(Seconds(0)) && ++sent <= messages_max) {
    std::string words = fmt::format("{:02} ", sent);
    words.resize(message_bytes, 'x');
    alice.say(words);
    for (Someone* other : {&bob, &chloe})
      other->hear("Alice : " + words, {{"slow_holds_up", is_empty()}});
  }
  check.require(sent <= messages_max, "« Trop lent : Sacha »",
                "rien : 36 mégaoctets plus tard, il est encore là", {{"slow_misses_messages"}});
  chat.program.expect_line("Trop lent : Sacha", {{"slow_not_named", equals(chat.left("Sacha"))}});
  chat.program.expect_line(chat.left("Sacha"), {{"slow_kept", is_empty()}});
  for (Someone* other : {&bob, &alice, &chloe})
    other->hear(chat.left("Sacha"), {{"slow_not_announced", is_empty()}});
  alice.say("Et maintenant ?");
  for (Someone* other : {&bob, &chloe})
    other->hear("Alice : Et maintenant ?");
}

TEST_CASE("Ctrl-C: everyone is told, and everything ends") {
  Check check("Ctrl-C ; Alice et Bob sont là");
  Chat chat(check);
  Someone alice = chat.enter("Alice");
  Someone bob = chat.enter("Bob");
  alice.hear(chat.joined("Bob"));
  chat.program.press_ctrl_c();
  for (Someone* one : {&alice, &bob}) {
    one->expect_goodbye();
    one->hang_up();
  }
  chat.program.expect_lines_in_any_order({chat.left("Alice"), chat.left("Bob")});
  chat.program.expect_end();
}
