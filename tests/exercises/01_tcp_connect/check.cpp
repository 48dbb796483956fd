// Exercise 01: accept three clients in turn, print each address, on a port the kernel chose.
#include "exercises/support/check.hpp"

#include <vector>

#include "support/catch.hpp"

using namespace prise::check;

namespace {

std::uint16_t swapped(std::uint16_t port) {
  return static_cast<std::uint16_t>(port << 8 | port >> 8);
}

std::string client_line(int number, std::uint16_t port) {
  return "Client " + std::to_string(number) + " : ('127.0.0.1', " + std::to_string(port) + ")";
}

// One client comes, is named, and is let go.
void visit(Check& check, Program& server, std::uint16_t port, int number) {
  const Guesses refused{{"only_one_client", [number](auto) { return number > 1; }}};
  Peer client = check.connect(port, refused);
  server.expect_line(
      client_line(number, client.own_port()),
      {{"port_in_network_order", equals(client_line(number, swapped(client.own_port())))},
       {"size_not_set", contains("('0.0.0.0', 0)")},
       {"counts_from_zero", starts_with("Client " + std::to_string(number - 1) + " :")},
       {"only_one_client", [number](auto line) { return line.empty() && number > 1; }},
       {"not_written", is_empty()}});
  client.expect_closed({{"client_not_closed"}});
}

}  // namespace

TEST_CASE("the kernel's port is printed, and listened on") {
  Check check("lancer le serveur, lire son port, puis s'y connecter");
  std::uint16_t port = 0;
  while (port == swapped(port)) {  // one of 256 reads the same in either order: then another
    Program server = check.start({});
    port = server.read_port({{"port_not_asked", equals("Port : 0")}});
    // A port printed in the wrong byte order betrays itself: the server listens on the other.
    const bool listens_elsewhere = check.refuses(port) && !check.refuses(swapped(port));
    check.require(!listens_elsewhere, "un serveur qui écoute sur le port " + std::to_string(port),
                  "il écoute sur le port " + std::to_string(swapped(port)),
                  {{"port_in_network_order"}});
  }
}

TEST_CASE("three clients, one after another, then the end") {
  Check check("trois clients se connectent l'un après l'autre");
  Program server = check.start({});
  const std::uint16_t port = server.read_port({{"port_not_asked", equals("Port : 0")}});
  for (int number = 1; number <= 3; ++number)
    visit(check, server, port, number);
  server.expect_end(0, {{"never_ends"}});
}

TEST_CASE("three clients who come at once are served in the order they came") {
  Check check("trois clients se connectent en même temps");
  Program server = check.start({});
  const std::uint16_t port = server.read_port();
  std::vector<Peer> clients;
  for (int i = 0; i < 3; ++i)
    clients.push_back(check.connect(port, {{"only_one_client"}}));
  for (int i = 0; i < 3; ++i)
    server.expect_line(client_line(i + 1, clients[static_cast<std::size_t>(i)].own_port()));
  server.expect_end(0, {{"never_ends"}});
}

TEST_CASE("only this machine can connect") {
  Check check("se connecter par une autre adresse de la machine (127.0.0.2)");
  Program server = check.start({"--host", "127.0.0.1"});
  const std::uint16_t port = server.read_port();
  check.require(check.refuses(port, "127.0.0.2"), "connexion refusée : --host dit 127.0.0.1",
                "connexion acceptée", {{"every_interface"}});
}

TEST_CASE("the same port again, at once") {
  Check check("relancer le serveur sur le port qu'il vient de quitter");
  std::uint16_t port = 0;
  // A missing htons would hide behind the first, and fail for want of a privilege behind the
  // others.
  constexpr std::uint16_t unprivileged = 1024;
  while (port == swapped(port) || swapped(port) < unprivileged) {
    Program first = check.start({});
    port = first.read_port();
    for (int number = 1; number <= 3; ++number)
      visit(check, first, port, number);
    first.expect_end(0);
  }
  Program second = check.start({"--port", std::to_string(port)});
  second.expect_line("Port : " + std::to_string(port),
                     {{"no_htons", equals("Port : " + std::to_string(swapped(port)))},
                      {"no_reuseaddr", contains("déjà pris")},
                      {"port_option_ignored", starts_with("Port : ")}});
  visit(check, second, port, 1);
}
