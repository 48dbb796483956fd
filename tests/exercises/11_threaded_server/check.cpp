// Exercise 11: at most N clients at once; the next one waits and is told so; all joined at Ctrl-C.
#include "exercises/support/check.hpp"

#include <poll.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"

using namespace prise::check;

namespace {

constexpr std::size_t line_bytes_max = 1024;
const std::string welcome_line = "Bienvenue sur le serveur!";
const std::string waiting_line = "Serveur complet : vous êtes en attente.";
const std::string end_line = "Serveur arrêté.";

std::string established(const Peer& client) {
  return "Connexion établie avec " + client.own_address();
}
std::string closed(const std::string& address) {
  return "Connexion fermée avec " + address;
}

// Nothing comes from the client's connection, or its end.
bool has_been_closed(Peer& client) {
  return client.receive_some(1, Seconds(0.2)).empty() && client.end() != StreamEnd::open;
}

// The student's server, and the check as its clients.
struct Server {
  Server(Check& a_check, int clients_max)
      : check(a_check),
        program(check.start({"--port", "0", "--clients-max", std::to_string(clients_max)})) {
    port = program.read_port();
    program.expect_line("Serveur en attente de connexions...");
  }

  Peer welcome(const Guesses& guesses = {}) {
    Peer client = check.connect(port, guesses);
    expect_welcomed(client, guesses);
    return client;
  }
  void expect_welcomed(Peer& client, const Guesses& guesses = {}) {
    program.expect_line(established(client), guesses);
    client.expect_line(welcome_line, {{"no_line_end_sent", equals(welcome_line)}});
  }

  // It connects while every place is taken.
  Peer make_wait() {
    Peer client = check.connect(port);
    program.expect_line(
        "En attente : " + client.own_address(),
        {{"no_limit", equals(established(client))}, {"waiting_not_told", is_empty()}});
    client.expect_line(waiting_line, {{"no_limit", equals(welcome_line)},
                                      {"no_line_end_sent", equals(waiting_line)},
                                      {"waiting_not_told", is_empty()}});
    return client;
  }

  void expect_talk(Peer& client, const std::string& text, Delivery delivery = Delivery::plain,
                   Guesses guesses = {}) {
    client.send(text + "\n", delivery);
    expect_message(client, text, std::move(guesses));
  }
  void expect_message(Peer& client, const std::string& text, Guesses guesses = {}) {
    const std::string expected = "Message de " + client.own_address() + " : " + text;
    guesses.push_back({"line_end_kept", equals(expected + "\\n")});
    guesses.push_back({"one_recv_one_message", starts_with("Message de ")});
    program.expect_line(expected, guesses);
    client.expect_line("Message reçu", {{"no_line_end_sent", equals("Message reçu")}});
  }

  void expect_closed(const std::string& address, Guesses guesses = {}) {
    guesses.push_back({"cut_not_caught", contains("Erreur : ")});
    program.expect_line(closed(address), guesses);
  }

  Check& check;
  Program program;
  std::uint16_t port = 0;
};

}  // namespace

TEST_CASE("a client is welcomed, and each of its lines is answered") {
  Check check("un client parle, puis s'en va");
  Server server(check, 2);
  Peer client = server.welcome();
  for (int i = 0; i < 3; ++i)
    server.expect_talk(client, check.random_text(15), Delivery::plain,
                       {{"only_one_message", starts_with("Connexion fermée")}});
  const std::string address = client.own_address();
  client.half_close();
  server.expect_closed(address);
  client.expect_closed({{"client_not_closed"}});
}

TEST_CASE("two clients are served at once") {
  Check check("le deuxième client parle pendant que le premier se tait");
  Server server(check, 2);
  Peer first = server.welcome();
  Peer second = server.welcome({{"one_after_another", is_empty()}});
  server.expect_talk(second, "Je parle le premier", Delivery::plain,
                     {{"one_after_another", is_empty()}});
  server.expect_talk(first, "Je suis là aussi");
}

TEST_CASE("who comes when it is full waits, is told so, and is served next") {
  Check check("trois clients, deux places : le troisième attend ; le premier s'en va");
  Server server(check, 2);
  Peer first = server.welcome();
  Peer second = server.welcome();
  Peer third = server.make_wait();
  third.send("J'ai parlé trop tôt\n");
  server.expect_talk(second, "Rien n'a changé pour moi");
  const std::string address = first.own_address();
  first.close();
  server.program.expect_lines_in_any_order(
      {closed(address), established(third)},
      {{"waiting_refused",
        [&third](auto actual) { return actual.empty() && has_been_closed(third); }},
       {"place_not_given_back", is_empty()}});
  third.expect_line(welcome_line);
  server.expect_message(third, "J'ai parlé trop tôt", {{"waiting_line_lost", is_empty()}});
  server.expect_talk(third, "Enfin");
}

TEST_CASE("several wait, and each is told in its turn") {
  Check check("une seule place, trois clients");
  Server server(check, 1);
  std::optional<Peer> first(server.welcome());
  Peer second = server.make_wait();
  Peer third = check.connect(server.port);
  const std::string address = first->own_address();
  first->close();
  const std::string third_waits = "En attente : " + third.own_address();
  server.program.expect_lines_in_any_order(
      {closed(address), established(second), third_waits},
      {{"waiting_refused", [&second](auto) { return has_been_closed(second); }},
       {"no_limit", equals(established(third))},
       {"place_not_given_back", is_empty()}});
  second.expect_line(welcome_line);
  third.expect_line(waiting_line);
  server.expect_talk(second, "À moi");
  const std::string second_address = second.own_address();
  second.close();
  server.program.expect_lines_in_any_order({closed(second_address), established(third)},
                                           {{"place_not_given_back", is_empty()}});
  third.expect_line(welcome_line);
}

TEST_CASE("a connection that is cut gives its place back") {
  Check check("une seule place ; la connexion du client est coupée brutalement (RST)");
  Server server(check, 1);
  Peer client = server.welcome();
  server.expect_talk(client, "Allô");
  const std::string address = client.own_address();
  client.reset();
  server.expect_closed(address);
  // Whoever gives the place back after the line is not yet wrong.
  Peer next = check.connect(server.port);
  std::string line = server.program.read_line(established(next), {{"place_not_given_back"}});
  if (line == "En attente : " + next.own_address()) {
    next.expect_line(waiting_line);
    line = server.program.read_line(established(next), {{"place_not_given_back"}});
  }
  check.require(line == established(next), established(next), line, {{"place_not_given_back"}});
  next.expect_line(welcome_line);
}

TEST_CASE("Ctrl-C ends everything, though nobody says a word") {
  Check check("Ctrl-C au serveur, pendant que deux clients se taisent");
  Server server(check, 2);
  Peer first = server.welcome();
  Peer second = server.welcome();
  server.program.press_ctrl_c();
  const Guesses guesses{{"threads_detached", equals(end_line)},
                        {"silent_client_blocks_shutdown", is_empty()}};
  server.program.expect_lines_in_any_order(
      {closed(first.own_address()), closed(second.own_address())}, guesses);
  server.program.expect_line(end_line, guesses);
  server.program.expect_end(0, guesses);
  first.expect_closed();
  second.expect_closed();
}

TEST_CASE("Ctrl-C is heard while somebody waits") {
  Check check("Ctrl-C au serveur, complet, pendant qu'un client attend sa place");
  Server server(check, 1);
  Peer first = server.welcome();
  Peer second = server.make_wait();
  server.program.wait_until_asleep();
  server.program.press_ctrl_c();
  const Guesses guesses{{"threads_detached", equals(end_line)}, {"deaf_while_full", is_empty()}};
  server.program.expect_line(closed(first.own_address()), guesses);
  server.program.expect_line(end_line, {{"waiting_served_at_the_end", equals(established(second))},
                                        {"deaf_while_full", is_empty()}});
  server.program.expect_end(0, guesses);
  first.expect_closed();
  second.expect_closed();
}

TEST_CASE("a line is a message, however it arrives") {
  for (const Delivery delivery : {Delivery::chopped, Delivery::byte_by_byte}) {
    Check check(delivery == Delivery::chopped ? "des lignes qui arrivent en morceaux"
                                              : "des lignes qui arrivent octet par octet");
    Server server(check, 2);
    Peer client = server.welcome();
    for (int i = 0; i < 2; ++i)
      server.expect_talk(client, check.random_text(4), delivery, {{"one_recv_one_message"}});
  }
}

TEST_CASE("lines that arrive together are all answered") {
  Check check("trois lignes qui arrivent en une fois");
  Server server(check, 2);
  Peer client = server.welcome();
  client.send("un\ndeux\ntrois\n");
  for (const std::string text : {"un", "deux", "trois"})
    server.expect_message(client, text, {{"second_line_lost", is_empty()}});
}

TEST_CASE("a line has a limit") {
  Check check("une ligne de 1024 octets, puis une ligne qui ne finit pas");
  Server server(check, 1);
  Peer client = server.welcome();
  server.expect_talk(client, std::string(line_bytes_max, 'a'), Delivery::plain,
                     {{"limit_too_low", starts_with("Connexion fermée")}});
  const std::string address = client.own_address();
  client.send(std::string(100'000, 'a'));
  server.expect_closed(address, {{"line_without_limit", is_empty()}});
}

TEST_CASE("nothing of those who have left piles up") {
  Check check("huit clients viennent et s'en vont, l'un après l'autre");
  Server server(check, 8);
  std::size_t descriptors = 0, threads = 0;
  for (int i = 0; i < 8; ++i) {
    std::string address;
    {
      Peer client = server.welcome({{"place_not_given_back", starts_with("En attente")}});
      address = client.own_address();
    }
    server.expect_closed(address);
    if (i > 0) continue;
    descriptors = server.program.descriptors();
    threads = server.program.threads();
  }
  // What is just going away is no fault.
  const auto too_many = [](std::size_t now, std::size_t before) { return now > before + 3; };
  const Deadline deadline = check.deadline();
  while ((too_many(server.program.threads(), threads) ||
          too_many(server.program.descriptors(), descriptors)) &&
         prise::testing::Clock::now() < deadline)
    ::poll(nullptr, 0, 5);
  check.require(!too_many(server.program.descriptors(), descriptors) &&
                    !too_many(server.program.threads(), threads),
                "pas plus de descripteurs ouverts ni de fils qu'après le premier client",
                std::to_string(server.program.descriptors()) + " descripteurs et " +
                    std::to_string(server.program.threads()) + " fils après le huitième",
                {{"clients_pile_up"}});
}
