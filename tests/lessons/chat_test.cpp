// Lesson 19's chats, where a transcript cannot go: somebody who does not read, people who come and
// go while others speak, and the end of it all.
#include <thread>

#include "drivers/blocking.hpp"
#include "lessons/started_program.hpp"

using namespace prise;
using namespace prise::testing;

namespace {

const Row to_the_others{
    .program = "19_ws_chat/server", .role = Role::tcp_server, .serves_on = true};
const Row to_all{
    .program = "19_ws_chat/broadcast_server", .role = Role::tcp_server, .serves_on = true};

struct Chat {
  explicit Chat(const Row& row) : server(command_for(row)), port(port_said_by(server)) {}

  static Command command_for(const Row& row) {
    Command command = command_of(row, {"--port", "0"});
    command.output_bytes_max = 32 << 20;  // it says all that is said
    return command;
  }

  // Known to the server when it returns; `count`: how many there are then.
  drivers::WebSocket join(int count) {
    websocket::Url url;
    url.host = "127.0.0.1";
    url.port = port;
    auto client = drivers::WebSocket::connect(url, settings);
    REQUIRE(client.is_open());
    expect_clients(count, "connecté");
    return client;
  }

  // What it says of the number of its clients, in the words of either server.
  void expect_clients(int count, const std::string& word) {
    const std::string others = "— " + std::to_string(count) + " client(s) ";
    const std::string all = ". Total clients : " + std::to_string(count) + "\n";
    const Deadline deadline = within(patience);
    while (server.output().find(others, seen) == std::string::npos &&
           (server.output().find(all, seen) == std::string::npos))
      REQUIRE(server.read_more(deadline));
    INFO(server.output());
    CHECK(server.output().find(word, seen) != std::string::npos);
    seen = server.output().size();
  }

  drivers::Settings settings;
  Process server;
  std::uint16_t port;
  std::size_t seen = 0;  // of the server's output
};

// One who does not read is there. True: the others spoke and heard, and he was still there at the
// end, so that nobody waited for his being dropped. The server may be slow without being wrong.
bool speak_beside_a_sleeper(const Row& row) {
  Chat chat(row);
  const auto sleeper = chat.join(1);
  auto speaker = chat.join(2);
  auto listener = chat.join(3);
  // The server says all of it: somebody must read that.
  std::jthread reader([&chat] { chat.server.wait_for(" : C'est tout.\n", within(Seconds(100))); });
  const std::string message(500'000, 'x');
  for (int i = 0; i < 22; ++i) {  // a kernel keeps some megabytes for one connection
    speaker.send_text(message);
    const auto heard = listener.receive();
    CHECK((heard && heard->bytes == message));
  }
  speaker.send_text("C'est tout.");
  reader.join();
  return chat.server.output().find("Déconnexion") == std::string::npos;
}

}  // namespace

TEST_CASE("who does not read holds up nobody in lesson 19's chat", "[lesson19]") {
  CHECK((speak_beside_a_sleeper(to_the_others) || speak_beside_a_sleeper(to_the_others)));
}

TEST_CASE("people come and go, politely or not, while others speak", "[lesson19]") {
  for (const Row& row : {to_the_others, to_all}) {
    INFO(row.program);
    Chat chat(row);
    auto listener = chat.join(1);
    for (int i = 0; i < 30; ++i) {
      const std::string words = "Bonjour " + std::to_string(i);
      {
        auto passer_by = chat.join(2);
        passer_by.send_text(words);
        if (i % 2 == 0) passer_by.close();
      }
      const auto heard = listener.receive();
      REQUIRE(heard.has_value());
      CHECK(heard->bytes.ends_with(words));
      chat.expect_clients(1, "éconn");
    }
    listener.close();
    chat.expect_clients(0, "éconn");
    check_killable(chat.server);
  }
}

TEST_CASE("Ctrl-C tells everyone in lesson 19's chats, and ends", "[lesson19][rfc6455][7.4.1]") {
  for (const Row& row : {to_the_others, to_all}) {
    INFO(row.program);
    Chat chat(row);
    std::vector<drivers::WebSocket> clients;
    for (int i = 1; i <= 5; ++i)
      clients.push_back(chat.join(i));
    chat.server.send_signal(SIGINT);
    for (drivers::WebSocket& client : clients) {
      CHECK_FALSE(client.receive().has_value());
      CHECK(client.closed()->code == websocket::CloseCode::going_away);
    }
    chat.expect_clients(0, "éconn");
    const auto ending = chat.server.wait(within(patience));
    REQUIRE(ending.has_value());
    CHECK(ending->clean());
    check_decent(chat.server.output());
  }
}
