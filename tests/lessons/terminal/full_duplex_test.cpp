// Lesson 10: a line that is being typed and the messages that arrive meanwhile.
#include <fmt/core.h>

#include "chat.hpp"
#include "support/catch.hpp"

using namespace prise;
using namespace prise::testing;

namespace {

const Side& client_side() {
  return sides()[3];
}

constexpr const char* alphabet = "abcdefghijklmnopqrstuvwxyz";

}  // namespace

TEST_CASE("a half-typed line stays whole when a message arrives", "[lesson10]") {
  for (const std::size_t first : {2U, 3U}) {
    TerminalChat chat(sides()[first]);
    const std::string name = chat.side.peer_name();
    chat.terminal().type("Je suis en tr");
    REQUIRE(chat.terminal().ends_with("\n\nJe suis en tr"));
    chat.peer->send_all("Tu fais quoi ?");
    REQUIRE(chat.terminal().ends_with("\n\n\n" + name + " : Tu fais quoi ?\nJe suis en tr"));
    chat.terminal().type("ain d'écrire.");
    chat.terminal().press("Enter");
    CHECK(hear(*chat.peer) == "Je suis en train d'écrire.");
    chat.peer->send_all("Ah.");
    CHECK(chat.terminal().ends_with(
        "\n\n\n" + name + " : Tu fais quoi ?\nJe suis en train d'écrire.\n\n" + name + " : Ah."));
  }
}

TEST_CASE("a typed line of any length stays whole, at every width", "[lesson10]") {
  // 40 columns: shorter than a row, a row less one, exactly a row, one more, several rows.
  for (const std::size_t length : {3U, 39U, 40U, 41U, 79U, 80U, 81U, 200U}) {
    CAPTURE(length);
    std::string line;
    while (line.size() < length)
      line += alphabet;
    line.resize(length);
    std::string rows;
    for (std::size_t at = 0; at < line.size(); at += 40)
      rows += "\n" + line.substr(at, 40);

    TerminalChat chat(client_side(), {40, 24});
    chat.terminal().type(line);
    REQUIRE(chat.terminal().ends_with(rows));
    const std::string before = chat.terminal().screen();
    chat.peer->send_all("un");
    REQUIRE(chat.terminal().ends_with("\nServeur : un" + rows));
    chat.peer->send_all("deux");
    REQUIRE(chat.terminal().ends_with("\n\nServeur : un\n\nServeur : deux" + rows));
    // Nothing above was lost, and nothing of the line stayed behind.
    CHECK(chat.terminal().screen() == before.substr(0, before.size() - rows.size()) +
                                          "\n\nServeur : un\n\nServeur : deux" + rows);
    chat.terminal().press("Enter");
    CHECK(hear(*chat.peer) == line);
  }
}

TEST_CASE("accents and wide characters are typed, erased and kept", "[lesson10]") {
  TerminalChat chat(client_side(), {40, 24});
  std::string accents;
  for (int i = 0; i < 45; ++i)
    accents += i % 2 == 0 ? "é" : "ç";
  chat.terminal().type(accents + "日本");
  REQUIRE(chat.terminal().ends_with("日本"));
  chat.peer->send_all("Ça va ?");
  REQUIRE(chat.terminal().shows("\nServeur : Ça va ?\néç"));
  REQUIRE(chat.terminal().ends_with("日本"));
  chat.terminal().press("BSpace");
  chat.terminal().press("BSpace");
  chat.terminal().press("BSpace");
  chat.peer->send_all("Oui ?");
  REQUIRE(chat.terminal().shows("\nServeur : Oui ?\néç"));
  chat.terminal().press("Enter");
  CHECK(hear(*chat.peer) == accents.substr(0, accents.size() - 2));
}

TEST_CASE("a wide character that does not fit into its row is counted on the next", "[lesson10]") {
  TerminalChat chat(client_side(), {40, 24});
  const std::string full = std::string(alphabet) + "abcdefghijklm";  // 39 columns: one is left
  std::string wide;
  for (int i = 0; i < 20; ++i)
    wide += "日";
  chat.terminal().type(full + wide);
  REQUIRE(chat.terminal().ends_with("\n" + full + "\n" + wide));
  chat.peer->send_all("Ça va ?");
  REQUIRE(chat.terminal().ends_with("quitter)\n\n\nServeur : Ça va ?\n" + full + "\n" + wide));
  chat.terminal().press("Enter");
  CHECK(hear(*chat.peer) == full + wide);
}

TEST_CASE("BackSpace works before and after a message arrives", "[lesson10]") {
  TerminalChat chat(client_side());
  chat.terminal().type("Bonsoiz");
  chat.terminal().press("BSpace");
  REQUIRE(chat.terminal().ends_with("\nBonsoi"));
  chat.peer->send_all("Salut");
  REQUIRE(chat.terminal().ends_with("\nServeur : Salut\nBonsoi"));
  for (int i = 0; i < 3; ++i)
    chat.terminal().press("BSpace");
  REQUIRE(chat.terminal().ends_with("\nServeur : Salut\nBon"));
  chat.terminal().type("jour");
  chat.terminal().press("Enter");
  CHECK(hear(*chat.peer) == "Bonjour");
}

TEST_CASE("the cursor may stand in the middle of a long line", "[lesson10]") {
  TerminalChat chat(client_side(), {40, 24});
  const std::string line = std::string(alphabet) + alphabet;  // 52 columns
  chat.terminal().type(line);
  REQUIRE(chat.terminal().ends_with("\nopqrstuvwxyz"));
  chat.terminal().press("C-a");  // the beginning of the line
  chat.terminal().type("> ");
  REQUIRE(chat.terminal().shows("\n> abc"));
  chat.peer->send_all("Pardon ?");
  REQUIRE(chat.terminal().ends_with("\nServeur : Pardon ?\n> " + line.substr(0, 38) + "\n" +
                                    line.substr(38)));
  chat.terminal().press("Enter");
  CHECK(hear(*chat.peer) == "> " + line);
  chat.peer->send_all("Ah.");
  CHECK(chat.terminal().ends_with("\n> " + line.substr(0, 38) + "\n" + line.substr(38) +
                                  "\n\nServeur : Ah."));
}

TEST_CASE("a burst of messages while typing leaves each whole", "[lesson10]") {
  TerminalChat chat(client_side(), {60, 120});
  for (int i = 0; i < 20; ++i) {
    chat.terminal().type(fmt::format("{} ", i));
    chat.peer->send_all(fmt::format("Message {}", i));
    // One recv is one message: the next is not sent before this one is shown.
    REQUIRE(chat.terminal().shows(fmt::format("\n\nServeur : Message {}\n", i)));
  }
  chat.terminal().press("Enter");
  CHECK(hear(*chat.peer) == "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 ");
}

TEST_CASE("control characters from a peer do not reach the terminal", "[lesson10]") {
  TerminalChat chat(client_side());
  chat.terminal().type("abc");
  REQUIRE(chat.terminal().ends_with("\nabc"));
  chat.peer->send_all("\033[2J\a\xff");
  CHECK(chat.terminal().ends_with("\n\nServeur : \\x1b[2J\\x07\\xff\nabc"));
}

TEST_CASE("a long line is still there when the peer leaves", "[lesson10]") {
  TerminalChat chat(client_side(), {40, 24});
  chat.terminal().type(std::string(alphabet) + alphabet);
  REQUIRE(chat.terminal().ends_with("\nopqrstuvwxyz"));
  chat.terminal().press("C-a");
  chat.peer->close();
  chat.expect_end(
      "\nLe serveur a quitté le chat.\nabcdefghijklmnopqrstuvwxyzabcdefghijklmn\n"
      "opqrstuvwxyz\nChat terminé.");
}

TEST_CASE("a program that sends without end, to a peer that does not read, ends with the peer",
          "[lesson10]") {
  net::Listener listener(net::Address::ipv4("127.0.0.1", 0));
  const std::string command = fmt::format("yes bavardage | '{}' --port {}", client_side().program(),
                                          listener.address().port());
  Process client({"sh", {"-c", command}});
  net::Stream peer = listener.accept();
  CHECK(hear(peer) != "(rien)");
  peer.shutdown_sending();  // its recv says 0; its send finds nobody who takes anything
  const auto ending = client.wait(within(Seconds(20)));
  REQUIRE(ending);
  CHECK(ending->clean());
  CHECK(client.output().ends_with("\nLe serveur a quitté le chat.\nChat terminé.\n"));
}

TEST_CASE("both sides leave at once", "[lesson10]") {
  for (int i = 0; i < 50; ++i) {
    PipeChat chat(client_side());
    chat.process->type("quit\n");
    if (i % 2 == 0) chat.peer->send_all("quit");
    chat.peer->close();
    chat.expect_end("Chat terminé.\n");
  }
}
