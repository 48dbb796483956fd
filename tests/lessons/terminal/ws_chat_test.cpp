// Lesson 19's client on a terminal: one coroutine receives while a thread lets you type.
#include "drivers/blocking.hpp"
#include "net/stream.hpp"
#include "support/catch.hpp"
#include "terminal.hpp"

using namespace prise;
using namespace prise::testing;

namespace {

// The client at its prompt, and the test as its server.
struct Chat {
  Chat() {
    REQUIRE(server.is_open());
    REQUIRE(terminal.shows("Connecté au chat. Tapez vos messages.\nVous :"));
    REQUIRE(terminal.edits());
  }
  net::Listener listener{net::Address::ipv4("127.0.0.1", 0)};
  Terminal terminal{{std::string(PRISE_LESSONS) + "/19_ws_chat/client", "--port",
                     std::to_string(listener.address().port())}};
  drivers::Settings settings;
  drivers::WebSocket server = drivers::WebSocket::accept(listener.accept(), settings);
};

}  // namespace

TEST_CASE("a half-typed line stays whole when a WebSocket message arrives", "[lesson19]") {
  Chat chat;
  chat.terminal.type("Je suis en tr");
  REQUIRE(chat.terminal.ends_with("Vous : Je suis en tr"));
  chat.server.send_text("Tu fais quoi ?");
  REQUIRE(chat.terminal.ends_with("\n[Message reçu] Tu fais quoi ?\nVous : Je suis en tr"));
  chat.terminal.type("ain d'écrire.");
  chat.terminal.press("Enter");
  const auto message = chat.server.receive();
  REQUIRE(message.has_value());
  CHECK(message->bytes == "Je suis en train d'écrire.");
  REQUIRE(chat.terminal.ends_with("Vous :"));
  chat.server.close();
  CHECK(chat.terminal.status() == 0);
  CHECK(chat.terminal.screen().ends_with("\nLe serveur a fermé la connexion."));
  CHECK(chat.terminal.is_as_before());
}

TEST_CASE("Ctrl-C and Ctrl-D leave the chat with a goodbye", "[lesson19]") {
  for (const std::string key : {"C-c", "C-d"}) {
    CAPTURE(key);
    Chat chat;
    chat.terminal.press(key);
    CHECK_FALSE(chat.server.receive().has_value());
    CHECK(chat.server.closed()->code == websocket::CloseCode::normal);
    CHECK(chat.terminal.status() == 0);
    CHECK(chat.terminal.is_as_before());
  }
}

TEST_CASE("a server that vanishes ends the client while its user types", "[lesson19]") {
  Chat chat;
  chat.terminal.type("Je suis");
  REQUIRE(chat.terminal.ends_with("Vous : Je suis"));
  { const drivers::WebSocket gone = std::move(chat.server); }  // destroyed: no Close frame
  CHECK(chat.terminal.status() == 1);
  CHECK(chat.terminal.shows("Erreur : la connexion a été rompue"));
  CHECK(chat.terminal.is_as_before());
}
