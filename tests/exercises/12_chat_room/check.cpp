// Exercise 12: the chat room with names, and a history for those who come late.
#include "exercises/support/check.hpp"

#include <poll.h>

#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"

using namespace prise::check;

namespace {

constexpr std::size_t name_bytes_max = 32;
constexpr std::size_t line_bytes_max = 1024;
const std::string end_line = "Serveur de chat arrêté.";

bool has_been_closed(Peer& client) {
  while (!client.receive_some(65536, Seconds(0.2)).empty()) {
  }
  return client.end() != StreamEnd::open;
}

// The student's server, and the check as its clients.
struct Server {
  explicit Server(Check& a_check, const std::string& history_max = "20")
      : check(a_check), program(check.start({"--port", "0", "--history", history_max})) {
    port = program.read_port();
    program.expect_line("Serveur de chat démarré...");
  }

  // Connected, and asked for a name.
  Peer connect(const Guesses& guesses = {}) {
    Peer client = check.connect(port, guesses);
    program.expect_line("Nouvelle connexion : " + client.own_address(), guesses);
    client.expect_line("Votre nom ?");
    return client;
  }
  void give_name(Peer& client, const std::string& name) {
    client.send(name + "\n");
    program.expect_line(name + " est dans le salon.");
  }
  // It enters just after that line; for certain once it has spoken itself.
  Peer enter(const std::string& name) {
    Peer client = connect();
    give_name(client, name);
    return client;
  }

  void speak(Peer& client, const std::string& name, const std::string& text) {
    client.send(text + "\n");
    expect_shown(name, text);
  }
  void expect_shown(const std::string& name, const std::string& text) {
    program.expect_line(name + " : " + text, {{"no_name", equals(text)},
                                              {"one_recv_one_message", contains("\\n")},
                                              {"second_line_lost", is_empty()}});
  }
  void expect_heard(Peer& client, const std::string& name, const std::string& text,
                    Guesses guesses = {}) {
    guesses.push_back({"no_name", equals(text)});
    client.expect_line(name + " : " + text, guesses);
  }
  // A message is shown now and then: nothing is stuck for good.
  bool still_prints() {
    const auto bytes_after = [this](Seconds time) {
      const Deadline deadline = prise::testing::within(time);
      while (program.process().read_more(deadline)) {
      }
      return program.process().output().size();
    };
    const std::size_t before = bytes_after(Seconds(0.5));  // what was on its way
    return bytes_after(Seconds(1)) > before;
  }
  void expect_left(const std::string& address, Guesses guesses = {}) {
    guesses.push_back({"cut_not_caught", contains("Erreur : ")});
    program.expect_line("Connexion fermée : " + address, guesses);
  }

  Check& check;
  Program program;
  std::uint16_t port = 0;
};

}  // namespace

TEST_CASE("what one says, the other hears, with the name") {
  Check check("Alice et Bob se parlent");
  Server server(check);
  Peer alice = server.enter("Alice");
  // Of what is said from here on, the one who entered before hears all.
  server.speak(alice, "Alice", "Il y a quelqu'un ?");
  Peer bob = server.enter("Bob");
  std::string text = check.random_text(15);
  server.speak(bob, "Bob", text);
  server.expect_heard(alice, "Bob", text,
                      {{"own_message_back", equals("Alice : Il y a quelqu'un ?")},
                       {"not_sent_to_others", is_empty()}});
  text = check.random_text(15);
  server.speak(alice, "Alice", text);
  const std::string line = bob.receive_line("« Alice : " + text + " »", {{"not_sent_to_others"}});
  // The history, if there is one, is the next test's.
  if (line == "Alice : Il y a quelqu'un ?") {
    server.expect_heard(bob, "Alice", text, {{"own_message_back", starts_with("Bob : ")}});
  } else {
    const bool hears_itself = line.starts_with("Bob : ");
    check.require(line == "Alice : " + text || line == text, "« Alice : " + text + " »",
                  shown_bytes(line), {{hears_itself ? "own_message_back" : "no_name"}});
  }
}

TEST_CASE("who comes late hears what was said before") {
  Check check("Alice parle trois fois ; Bob arrive, puis elle parle encore");
  Server server(check);
  Peer alice = server.enter("Alice");
  std::vector<std::string> texts;
  for (int i = 0; i < 3; ++i) {
    texts.push_back(check.random_text(10));
    server.speak(alice, "Alice", texts.back());
  }
  Peer bob = server.enter("Bob");
  server.speak(bob, "Bob", "Me voici");  // he has entered
  server.speak(alice, "Alice", "La suite");
  for (const std::string& text : texts)
    server.expect_heard(bob, "Alice", text,
                        {{"no_history", equals("Alice : La suite")},
                         {"own_message_back", starts_with("Bob : ")},
                         {"history_out_of_order", equals("Alice : " + texts.back())}});
  server.expect_heard(bob, "Alice", "La suite", {{"own_message_back", starts_with("Bob : ")}});
  server.expect_heard(alice, "Bob", "Me voici", {{"own_message_back", starts_with("Alice : ")}});
}

TEST_CASE("who has no name yet is not in the room") {
  Check check("Bob se connecte, Alice parle, puis Bob donne son nom");
  Server server(check);
  Peer alice = server.enter("Alice");
  Peer bob = server.connect();
  server.speak(alice, "Alice", "Avant");
  server.give_name(bob, "Bob");
  server.speak(bob, "Bob", "Me voici");
  server.speak(alice, "Alice", "Après");
  server.expect_heard(bob, "Alice", "Avant");
  server.expect_heard(bob, "Alice", "Après", {{"live_before_history", equals("Alice : Avant")}});
}

TEST_CASE("the history has a limit") {
  Check check("--history 3 : Alice parle six fois, puis Bob arrive");
  Server server(check, "3");
  Peer alice = server.enter("Alice");
  for (int i = 1; i <= 6; ++i)
    server.speak(alice, "Alice", "message " + std::to_string(i));
  Peer bob = server.enter("Bob");
  for (int i = 4; i <= 6; ++i)
    server.expect_heard(bob, "Alice", "message " + std::to_string(i),
                        {{"history_unbounded", equals("Alice : message 1")},
                         {"history_out_of_order", equals("Alice : message 6")}});
  server.speak(bob, "Bob", "Me voici");
  server.speak(alice, "Alice", "Bonjour Bob");
  server.expect_heard(bob, "Alice", "Bonjour Bob");
}

TEST_CASE("a name that is none is refused") {
  for (const std::string& name : {std::string(), std::string(name_bytes_max + 1, 'x'),
                                  std::string("a\tb"), std::string("a\x1b[2J")}) {
    Check check("le nom " + shown_bytes(name));
    Server server(check);
    Peer client = server.connect();
    client.send(name + "\n");
    server.expect_left(client.own_address(), {{"name_not_checked", contains("est dans le salon")}});
    client.expect_line("Nom refusé.", {{"name_not_checked"}});
    client.expect_closed({{"client_not_closed"}});
  }
  Check check("un nom de 32 octets, avec des accents");
  Server server(check);
  std::string name;
  for (std::size_t i = 0; i < name_bytes_max / 2; ++i)
    name += "é";
  Peer client = server.connect();
  client.send(name + "\n");
  server.program.expect_line(name + " est dans le salon.",
                             {{"good_name_refused", contains("Connexion fermée")}});
}

TEST_CASE("who leaves is missed by nobody") {
  for (const std::string how : {"ferme la connexion", "coupe brutalement (RST)"}) {
    Check check("Bob " + how + ", et Alice parle encore à Chloé");
    Server server(check);
    Peer alice = server.enter("Alice");
    Peer bob = server.enter("Bob");
    Peer chloe = server.enter("Chloé");
    server.speak(chloe, "Chloé", "Bonjour");
    server.expect_heard(alice, "Chloé", "Bonjour");
    server.expect_heard(bob, "Chloé", "Bonjour");  // nothing more is on its way to him
    const std::string address = bob.own_address();
    if (how == "ferme la connexion")
      bob.close();
    else
      bob.reset();
    server.expect_left(address, {{"deadlock_on_leave", is_empty()}});
    for (int i = 0; i < 3; ++i) {
      const std::string text = check.random_text(10);
      server.speak(alice, "Alice", text);
      server.expect_heard(chloe, "Alice", text);
    }
  }
}

TEST_CASE("who does not read is put out, and nobody else") {
  Check check("Bob ne lit rien ; Alice parle tant qu'il faut, et Chloé l'écoute");
  Server server(check, "0");
  Peer bob = server.enter("Bob");
  bob.keep_small_buffer();
  Peer alice = server.enter("Alice");
  Peer chloe = server.enter("Chloé");
  server.speak(chloe, "Chloé", "Bonjour");  // she has entered
  const std::string bob_left = "Connexion fermée : " + bob.own_address();
  const Guesses guesses{
      {"sender_pays_for_another", [&alice](auto) { return has_been_closed(alice); }},
      {"stalled_client_kept", [&server](auto) { return server.still_prints(); }},
      {"deadlock_on_leave"}};
  // The system holds a few dozen kilobytes for Bob; then send waits for him, once.
  constexpr std::size_t lines = 40;
  const std::string text(1000, '.');
  std::string sent, heard;
  for (std::size_t i = 0; i < lines; ++i) {
    sent += text + "\n";
    heard += "Alice : " + text + "\n";
  }
  bool bob_is_gone = false;
  for (int batch = 0; batch < 25 && !bob_is_gone; ++batch) {
    alice.send(sent);
    chloe.expect_bytes(heard, guesses);
    for (std::size_t i = 0; i < lines; ++i) {
      std::string shown = server.program.read_line("« Alice : " + text + " »", guesses);
      if (shown == bob_left) {
        bob_is_gone = true;
        shown = server.program.read_line("« Alice : " + text + " »", guesses);
      }
      check.require(shown == "Alice : " + text, "« Alice : " + text + " »", shown,
                    {{"sender_pays_for_another"}});
    }
  }
  if (!bob_is_gone) server.program.expect_line(bob_left, {{"stalled_client_kept"}});
  // bob's own end is not looked at: what lies in his buffer comes first.
  server.speak(alice, "Alice", "Il est parti");
  server.expect_heard(chloe, "Alice", "Il est parti", guesses);
}

TEST_CASE("lines in any pieces") {
  for (const Delivery delivery : {Delivery::chopped, Delivery::byte_by_byte}) {
    Check check(delivery == Delivery::chopped ? "des lignes qui arrivent en morceaux"
                                              : "des lignes qui arrivent octet par octet");
    Server server(check);
    Peer alice = server.enter("Alice");
    server.speak(alice, "Alice", "Bonjour");
    Peer bob = server.connect();
    bob.send("Bob\nun\n", delivery);
    server.program.expect_line("Bob est dans le salon.",
                               {{"one_recv_one_message", is_empty()}, {"one_recv_one_message"}});
    server.expect_shown("Bob", "un");
    server.expect_heard(alice, "Bob", "un");
  }
}

TEST_CASE("a name and lines that arrive together") {
  Check check("le nom et deux lignes arrivent en une fois");
  Server server(check);
  Peer alice = server.enter("Alice");
  server.speak(alice, "Alice", "Bonjour");
  Peer bob = server.connect();
  bob.send("Bob\nun\ndeux\n");
  server.program.expect_line("Bob est dans le salon.", {{"one_recv_one_message"}});
  for (const std::string text : {"un", "deux"}) {
    server.expect_shown("Bob", text);
    server.expect_heard(alice, "Bob", text);
  }
}

TEST_CASE("nothing is lost or said twice between history and what follows") {
  Check check("Bob arrive pendant qu'Alice dit trente messages");
  Server server(check, "40");
  Peer alice = server.enter("Alice");
  Peer bob = server.connect();
  std::string lines;
  for (int i = 1; i <= 30; ++i)
    lines += "message " + std::to_string(i) + "\n";
  alice.send(lines.substr(0, lines.size() / 2));
  bob.send("Bob\n");
  alice.send(lines.substr(lines.size() / 2));
  for (int i = 1; i <= 30; ++i)
    server.expect_heard(bob, "Alice", "message " + std::to_string(i), {{"gap_after_history"}});
}

TEST_CASE("a line has a limit") {
  Check check("une ligne de 1024 octets, puis une ligne qui ne finit pas");
  Server server(check);
  Peer alice = server.enter("Alice");
  server.speak(alice, "Alice", std::string(line_bytes_max, 'a'));
  alice.send(std::string(100'000, 'a'));
  server.expect_left(alice.own_address(), {{"line_without_limit", is_empty()}});
}

TEST_CASE("Ctrl-C ends everything") {
  Check check("Ctrl-C au serveur : Alice et Bob se taisent, Chloé n'a pas dit son nom");
  Server server(check);
  Peer alice = server.enter("Alice");
  Peer bob = server.enter("Bob");
  Peer chloe = server.connect();
  server.program.press_ctrl_c();
  const Guesses guesses{{"shutdown_lost", is_empty()}};
  server.program.expect_lines_in_any_order(
      {"Connexion fermée : " + alice.own_address(), "Connexion fermée : " + bob.own_address(),
       "Connexion fermée : " + chloe.own_address()},
      guesses);
  server.program.expect_line(end_line, guesses);
  server.program.expect_end(0, guesses);
  alice.expect_closed();
  bob.expect_closed();
  chloe.expect_closed();
}
