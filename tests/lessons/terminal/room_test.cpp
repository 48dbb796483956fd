// Lesson 12's client on a terminal: what is being typed, prompt and all, stays below what arrives.
#include "chat.hpp"
#include "support/catch.hpp"

using namespace prise;
using namespace prise::testing;

TEST_CASE("a half-typed line and its prompt stay whole when a message arrives", "[lesson12]") {
  net::Listener listener(net::Address::ipv4("127.0.0.1", 0));
  Terminal terminal({std::string(PRISE_LESSONS) + "/12_chat_room/client", "--port",
                     std::to_string(listener.address().port())});
  net::Stream peer = listener.accept();
  REQUIRE(terminal.shows("Votre message :"));
  REQUIRE(terminal.edits());
  terminal.type("Je suis en tr");
  REQUIRE(terminal.ends_with("Votre message : Je suis en tr"));
  peer.send_all("Tu fais quoi ?");
  REQUIRE(terminal.ends_with("\nMessage reçu : Tu fais quoi ?\nVotre message : Je suis en tr"));
  terminal.type("ain d'écrire.");
  terminal.press("Enter");
  CHECK(hear(peer) == "Je suis en train d'écrire.");
  REQUIRE(terminal.ends_with("Votre message :"));
  peer.close();
  CHECK(terminal.status() == 0);
  CHECK(terminal.screen().ends_with("\nLe serveur a fermé la connexion."));
  CHECK(terminal.is_as_before());
}

TEST_CASE("Ctrl-C and Ctrl-D leave the room", "[lesson12]") {
  for (const std::string key : {"C-c", "C-d"}) {
    CAPTURE(key);
    net::Listener listener(net::Address::ipv4("127.0.0.1", 0));
    Terminal terminal({std::string(PRISE_LESSONS) + "/12_chat_room/client", "--port",
                       std::to_string(listener.address().port())});
    net::Stream peer = listener.accept();
    REQUIRE(terminal.shows("Votre message :"));
    REQUIRE(terminal.edits());
    terminal.press(key);
    CHECK(hear_all(peer).empty());
    CHECK(terminal.status() == 0);
    CHECK(terminal.is_as_before());
  }
}
