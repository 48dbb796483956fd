// Exercise 10: the full-duplex server that says who left, takes the next client, and never hangs.
#include "exercises/support/check.hpp"

#include <poll.h>
#include <strings.h>

#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"

using namespace prise::check;

namespace {

constexpr std::size_t line_bytes_max = 1024;
const std::string waiting_line = "En attente d'un client...";
const std::string user_left_line = "Vous avez quitté le chat.";
const std::string end_line = "Chat terminé.";

// How the server's user leaves.
enum class Way { quit, quit_in_capitals, ctrl_d, ctrl_c };

std::string name_of_way(Way way) {
  switch (way) {
    case Way::quit:
      return "« quit » au clavier";
    case Way::quit_in_capitals:
      return "« QUIT » au clavier";
    case Way::ctrl_d:
      return "Ctrl-D au clavier";
    case Way::ctrl_c:
      break;
  }
  return "Ctrl-C au clavier";
}

bool is_quit(std::string_view line) {
  return line.size() == 4 && strncasecmp(line.data(), "quit", 4) == 0;
}

// The student's server, and the check at its keyboard and as its clients.
struct Server {
  explicit Server(Check& a_check) : check(a_check), program(check.start({"--port", "0"})) {
    port = program.read_port();
    program.expect_line("Serveur de chat démarré.");
    program.expect_line(waiting_line);
  }

  Peer welcome(const Guesses& guesses = {}) {
    Peer client = check.connect(port, guesses);
    expect_welcomed(client, guesses);
    return client;
  }
  void expect_welcomed(const Peer& client, const Guesses& guesses = {}) {
    program.expect_line("Client connecté : " + client.own_address(), guesses);
  }

  void expect_message(const std::string& text, Guesses guesses = {}) {
    guesses.push_back({"join_forgotten", contains("std::terminate")});
    guesses.push_back({"line_end_kept", equals("Client : " + text + "\\n")});
    guesses.push_back({"one_recv_one_message", contains("\\n")});
    guesses.push_back({"half_duplex", is_empty()});
    program.expect_line("Client : " + text, guesses);
  }
  void say(Peer& client, const std::string& text, Guesses guesses = {}) {
    program.type(text);
    guesses.push_back({"no_line_end_sent", equals(text)});
    guesses.push_back({"half_duplex", is_empty()});
    client.expect_line(text, guesses);
  }

  // address: of the client who has just left. Then the next one is awaited.
  void expect_left(const std::string& address, Guesses guesses = {}) {
    const std::string expected = "Le client " + address + " a quitté le chat.";
    // Nothing is said: does a key help?
    const auto after_a_key = [this, expected](auto actual) {
      if (!actual.empty()) return false;
      check.note("vérificateur : rien n'est venu ; la suite est pour comprendre");
      program.type("une touche");
      return program.process().wait_for(expected, prise::testing::within(Seconds(1)));
    };
    guesses.insert(guesses.end(), {{"waits_for_a_key", after_a_key},
                                   {"join_forgotten", contains("std::terminate")},
                                   {"who_left_not_said", equals(waiting_line)},
                                   {"only_one_client", equals(end_line)},
                                   {"departure_not_seen", is_empty()}});
    program.expect_line(expected, guesses);
    program.expect_line(waiting_line, {{"only_one_client"}});
  }

  void leave(Way way) {
    switch (way) {
      case Way::quit:
        return program.type("quit");
      case Way::quit_in_capitals:
        return program.type("QUIT");
      case Way::ctrl_d:
        return program.press_ctrl_d();
      case Way::ctrl_c:
        return program.press_ctrl_c();
    }
  }

  Check& check;
  Program program;
  std::uint16_t port = 0;
};

std::string mistake_of(Way way) {
  if (way == Way::ctrl_c) return "ctrl_c_kills";
  if (way == Way::ctrl_d) return "ctrl_d_ignored";
  return way == Way::quit ? "quit_not_sent" : "mixed_case_missed";
}

}  // namespace

TEST_CASE("the client speaks, and is shown, while nobody types") {
  Check check("le client parle trois fois, sans que personne ne tape");
  Server server(check);
  Peer client = server.welcome();
  for (int i = 0; i < 3; ++i) {
    const std::string text = check.random_text(15);
    client.send(text + "\n");
    server.expect_message(text);
  }
}

TEST_CASE("the user speaks while the client says nothing") {
  Check check("taper trois lignes, sans que le client ne dise rien");
  Server server(check);
  Peer client = server.welcome();
  for (int i = 0; i < 3; ++i)
    server.say(client, check.random_text(15));
}

TEST_CASE("client after client, and nothing piles up") {
  Check check("six clients viennent et s'en vont, l'un après l'autre");
  Server server(check);
  std::size_t descriptors = 0, threads = 0;
  for (int i = 0; i < 6; ++i) {
    std::string address;
    {
      Peer client =
          server.welcome({{"only_one_client", [i](auto line) { return i > 0 && line.empty(); }}});
      address = client.own_address();
    }
    server.expect_left(address);
    if (i > 0) continue;
    descriptors = server.program.descriptors();
    threads = server.program.threads();
  }
  // A thread or a descriptor that is just going away is no fault; four are.
  const auto too_many = [](std::size_t now, std::size_t before) { return now > before + 3; };
  const Deadline deadline = check.deadline();
  const auto settled = [&] {
    return !too_many(server.program.threads(), threads) &&
           !too_many(server.program.descriptors(), descriptors);
  };
  while (!settled() && prise::testing::Clock::now() < deadline)
    ::poll(nullptr, 0, 5);
  const auto require_no_more = [&](const std::string& what, std::size_t now, std::size_t before,
                                   const std::string& mistake) {
    check.require(!too_many(now, before),
                  "pas plus de " + what + " qu'après le premier client : " + std::to_string(before),
                  std::to_string(now) + " après le sixième", {{mistake}});
  };
  require_no_more("fils", server.program.threads(), threads, "thread_left_running");
  require_no_more("descripteurs ouverts", server.program.descriptors(), descriptors,
                  "descriptors_pile_up");
}

TEST_CASE("a client who leaves is named, and the next one is welcome") {
  for (const std::string how : {"ferme la connexion", "envoie quit", "envoie QuIt"}) {
    Check check("le client " + how + " ; un autre arrive");
    Server server(check);
    std::string address;
    {
      Peer first = server.welcome();
      address = first.own_address();
      first.send("Je m'en vais\n");
      server.expect_message("Je m'en vais");
      if (how == "ferme la connexion") {
        first.close();
      } else {
        const std::string word = how == "envoie quit" ? "quit" : "QuIt";
        first.send(word + "\n");
        server.expect_left(address, {{word == "quit" ? "quit_shown" : "mixed_case_missed",
                                      equals("Client : " + word)}});
        first.expect_closed({{"client_not_closed"}});
      }
    }
    if (how == "ferme la connexion") server.expect_left(address);

    // A bell that still rings from the first ends the second, sooner or later.
    Peer second = server.welcome({{"only_one_client"}});
    server.say(second, "Bienvenue", {{"bell_not_reset", is_empty()}});
    second.send("Bonjour\n");
    server.expect_message("Bonjour", {{"bell_not_reset", contains("a quitté le chat")}});
    server.say(second, "Ça va ?", {{"bell_not_reset", is_empty()}});
  }
}

TEST_CASE("a connection that is cut is a client who leaves") {
  Check check("la connexion du client est coupée brutalement (RST)");
  Server server(check);
  Peer client = server.welcome();
  client.send("Allô\n");
  server.expect_message("Allô");
  const std::string address = client.own_address();
  client.reset();
  server.expect_left(address, {{"cut_not_caught", contains("Erreur : recv")}});
  server.welcome();
}

TEST_CASE("who comes too early is served next") {
  Check check("deux clients en même temps : le deuxième attend son tour");
  Server server(check);
  Peer first = server.welcome();
  Peer second = check.connect(server.port);
  second.send("Je patiente\nJ'ai le temps\n");
  first.send("Moi d'abord\n");
  server.expect_message("Moi d'abord");
  const std::string address = first.own_address();
  first.close();
  server.expect_left(address);
  server.expect_welcomed(second);
  server.expect_message("Je patiente");
  server.expect_message("J'ai le temps", {{"second_line_lost", is_empty()}});
  server.say(second, "Merci");
}

TEST_CASE("the user leaves: the client is told, and everything ends") {
  for (const Way way : {Way::quit, Way::quit_in_capitals, Way::ctrl_d, Way::ctrl_c}) {
    Check check(name_of_way(way) + " du serveur, un client est là");
    Server server(check);
    Peer client = server.welcome();
    client.send("Bonjour\n");
    server.expect_message("Bonjour");
    const std::size_t descriptors = server.program.descriptors();
    server.leave(way);
    const std::string expected = "« quit », suivi d'une fin de ligne";
    const std::string line = client.receive_line(
        expected,
        {{"no_line_end_sent", [](auto actual) { return is_quit(actual); }}, {mistake_of(way)}});
    check.require(is_quit(line), expected, shown_bytes(line), {{mistake_of(way)}});
    // The client does not go away first: the thread in recv has to be woken by the server. Where
    // the system does not tell a program's descriptors, both ways not to do it look the same.
    const auto still_asleep = [&](bool closed) {
      return [&server, descriptors, closed](auto actual) {
        const std::size_t now = server.program.descriptors();
        return actual.empty() && now != 0 && (now < descriptors) == closed;
      };
    };
    const Guesses guesses{{"join_forgotten", contains("std::terminate")},
                          {"socket_closed_while_read", still_asleep(true)},
                          {"recv_not_woken", still_asleep(false)},
                          {"recv_not_woken|socket_closed_while_read", is_empty()},
                          {"user_left_not_said", equals(end_line)}};
    server.program.expect_line(user_left_line, guesses);
    server.program.expect_line(end_line, guesses);
    server.program.expect_end(0, guesses);
    client.expect_closed();
  }
}

TEST_CASE("the user leaves while nobody is there") {
  for (const Way way : {Way::quit, Way::ctrl_d, Way::ctrl_c}) {
    Check check(name_of_way(way) + " du serveur, sans client");
    Server server(check);
    server.program.type("Il y a quelqu'un ?");
    server.program.expect_line("Personne ne vous lit.", {{"deaf_while_waiting", is_empty()}});
    server.leave(way);
    server.program.expect_line(end_line,
                               {{way == Way::ctrl_c ? mistake_of(way) : "deaf_while_waiting"}});
    server.program.expect_end(0);
  }
}

TEST_CASE("a line is a message, however it arrives") {
  for (const Delivery delivery : {Delivery::chopped, Delivery::byte_by_byte}) {
    Check check(delivery == Delivery::chopped ? "des lignes qui arrivent en morceaux"
                                              : "des lignes qui arrivent octet par octet");
    Server server(check);
    Peer client = server.welcome();
    for (int i = 0; i < 2; ++i) {
      const std::string text = check.random_text(10);
      client.send(text + "\n", delivery);
      server.expect_message(text, {{"one_recv_one_message"}});
    }
  }
}

TEST_CASE("lines that arrive together are all shown at once") {
  Check check("trois lignes qui arrivent en une fois");
  Server server(check);
  Peer client = server.welcome();
  client.send("un\nquitter\ntrois\n");
  const Guesses guesses{{"one_recv_one_message", contains("\\n")},
                        {"quit_by_its_beginning", contains("a quitté")},
                        {"second_line_lost", is_empty()}};
  for (const std::string text : {"un", "quitter", "trois"})
    server.expect_message(text, guesses);
}

TEST_CASE("both speak at once") {
  Check check("les deux parlent en même temps, sans s'attendre");
  Server server(check);
  Peer client = server.welcome();
  std::vector<std::string> typed, sent;
  for (int i = 0; i < 16; ++i) {
    const bool is_typed = check.random()() % 2 == 0;
    const std::string text = check.random_text(12);
    (is_typed ? typed : sent).push_back(text);
    if (is_typed)
      server.program.type(text);
    else
      client.send(text + "\n", Delivery::chopped);
  }
  for (const std::string& text : sent)
    server.expect_message(text, {{"one_recv_one_message", starts_with("Client : ")}});
  for (const std::string& text : typed)
    client.expect_line(text, {{"half_duplex"}});
}

TEST_CASE("nothing of a client remains for the next") {
  SECTION("the beginning of a line") {
    Check check("un client part au milieu d'une ligne ; le suivant parle");
    Server server(check);
    Peer first = server.welcome();
    const std::string address = first.own_address();
    first.send("entier\ninache");
    server.expect_message("entier");
    first.close();
    server.expect_left(address);
    Peer second = server.welcome();
    second.send("Bonjour\n");
    server.expect_message("Bonjour", {{"leftover_of_last_client", contains("inache")}});
  }
  SECTION("a line that is too long") {
    Check check("une ligne de 1024 octets, puis une ligne qui ne finit pas ; le client suivant");
    Server server(check);
    Peer first = server.welcome();
    const std::string longest(line_bytes_max, 'a');
    first.send(longest + "\n");
    server.expect_message(longest, {{"limit_too_low", contains("octets")}});
    const std::string address = first.own_address();
    first.send(std::string(100'000, 'a'));
    server.program.expect_line("Ligne de plus de 1024 octets : connexion fermée.",
                               {{"line_without_limit"}});
    server.expect_left(address);
    server.welcome();
  }
}
