// Lesson 09: turns, and the port that stays taken.
#include "chat.hpp"
#include "support/catch.hpp"

using namespace prise;
using namespace prise::testing;

namespace {

const Side& server_side() {
  return sides()[0];
}
const Side& client_side() {
  return sides()[1];
}

}  // namespace

TEST_CASE("a message out of turn waits for its turn, and harms nothing typed", "[lesson09]") {
  for (const Side& side : {server_side(), client_side()}) {
    CAPTURE(side.peer_name());
    TerminalChat chat(side);
    chat.reach_prompt();
    chat.terminal().type("Bien sû");
    REQUIRE(chat.terminal().ends_with("Vous : Bien sû"));
    chat.peer->send_all("Hé !");
    REQUIRE(chat.terminal().ends_with("Vous : Bien sû\nVous : Bien sû"));
    chat.terminal().type("r.");
    chat.terminal().press("Enter");
    CHECK(hear(*chat.peer) == "Bien sûr.");
    // Asked twice, not more: what lies in the socket does not wake the program again and again.
    CHECK(chat.terminal().ends_with(
        std::string(side.role == Role::server ? "Client : Bonjour\n" : "quitter)\n\n") +
        "Vous : Bien sû\nVous : Bien sûr.\n" + side.peer_name() + " : Hé !\nVous :"));
    chat.peer->close();
    chat.expect_end("\n" + side.peer_left + "\nChat terminé.");
  }
}

TEST_CASE("a message that begins with quit is a message", "[lesson09]") {
  TerminalChat chat(client_side());
  chat.reach_prompt();
  chat.peer->send_all("quitter ?");
  REQUIRE(chat.terminal().ends_with("Vous :\nVous :"));
  chat.terminal().type("quitte");
  chat.terminal().press("Enter");
  CHECK(hear(*chat.peer) == "quitte");
  CHECK(chat.terminal().ends_with("Serveur : quitter ?\nVous :"));
}

TEST_CASE("an empty line is not sent: the program asks again", "[lesson09]") {
  for (const Side& side : {server_side(), client_side()}) {
    TerminalChat chat(side);
    chat.reach_prompt();
    chat.terminal().press("Enter");
    REQUIRE(chat.terminal().ends_with("Vous :\nVous :"));
    chat.terminal().type("Salut !");
    chat.terminal().press("Enter");
    CHECK(hear(*chat.peer) == "Salut !");
  }
}

TEST_CASE("what is typed while the peer speaks is kept for the next turn", "[lesson09]") {
  TerminalChat chat(server_side());
  chat.reach_waiting();
  chat.terminal().type("J'arrive !");
  chat.terminal().press("Enter");
  chat.peer->send_all("Où es-tu ?");
  CHECK(hear(*chat.peer) == "J'arrive !");
}

TEST_CASE("Ctrl-D while the peer speaks counts at the next turn", "[lesson09]") {
  TerminalChat chat(server_side());
  chat.reach_waiting();
  chat.terminal().press("C-d");
  chat.peer->send_all("Où es-tu ?");
  CHECK(hear_all(*chat.peer) == "quit");
  chat.expect_end("\nChat terminé.");
}

TEST_CASE("without SO_REUSEADDR the port stays taken after the server closed first", "[lesson09]") {
  std::string port;
  {
    PipeChat chat(server_side());
    const std::string& output = chat.process->output();
    port = output.substr(7, output.find('\n') - 7);
    chat.peer->send_all("Bonjour");
    chat.process->type("quit\n");
    CHECK(hear_all(*chat.peer) == "quit");  // the server has closed: now we do
    chat.peer->close();
    chat.expect_end("Chat terminé.\n");
  }
  const auto refused = run({server_side().program(), {"--no-reuse", "--port", port}}, Seconds(20));
  REQUIRE(refused);
  CHECK(refused->ending.status == 1);
  CHECK(refused->output ==
        "Erreur : bind 127.0.0.1:" + port +
            " : ce port est déjà pris. Arrêtez le programme qui l'occupe, ou choisissez-en un "
            "autre : --port 10000.\n");

  Process again({server_side().program(), {"--port", port}});
  CHECK(again.wait_for("En attente d'un client...\n", within(Seconds(20))));
}

TEST_CASE("part 1 connects, says so and ends", "[lesson09]") {
  const std::string folder = std::string(PRISE_LESSONS) + "/09_chat_half_duplex";
  Process server({folder + "/part1_server", {"--port", "0"}});
  REQUIRE(server.wait_for("client...\n", within(Seconds(20))));
  const std::string port = server.output().substr(7, server.output().find('\n') - 7);
  const auto client = run({folder + "/part1_client", {"--port", port}}, Seconds(20));
  REQUIRE(client);
  CHECK(client->ending.clean());
  CHECK(client->output ==
        "Connecté au serveur de chat !\n"
        "Chat prêt ! Tapez vos messages (tapez 'quit' pour quitter).\n\n");
  const auto ending = server.wait(within(Seconds(20)));
  REQUIRE(ending);
  CHECK(ending->clean());
  CHECK(server.output().ends_with(
      ")\nChat prêt ! Tapez vos messages (tapez 'quit' pour quitter).\n\n"));
}
