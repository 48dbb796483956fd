// Exercise 09: the chat in turns, with names, a line for each message.
#include "exercises/support/check.hpp"

#include <strings.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "support/catch.hpp"
#include "visible_text.hpp"

using namespace prise::check;
using prise::visible_text;

namespace {

constexpr std::size_t line_bytes_max = 1024;
const std::string prompt = "Vous : ";
// What follows in the exchange was done to tell one mistake from another.
const std::string looking_closer = "vérificateur : rien n'est venu ; la suite est pour comprendre";
const std::string end_line = "Chat terminé.";

std::string greeting(const std::string& name) {
  return "Vous discutez avec " + name + ". (tapez 'quit' pour quitter)";
}

bool is_quit(std::string_view line) {
  return line.size() == 4 && strncasecmp(line.data(), "quit", 4) == 0;
}

// What a line that was read should have been; the guesses look at it as it came.
void require_line(Check& check, bool holds, const std::string& expected, const std::string& line,
                  Guesses guesses) {
  for (Guess& guess : guesses) {
    if (guess.fits) guess.fits = [fits = guess.fits, line](auto) { return fits(line); };
  }
  check.require(holds, shown_bytes(expected), shown_bytes(line), guesses);
}

// The program as a server, called Alice, and a client who is the check.
struct Chat {
  explicit Chat(Check& a_check)
      : check(a_check), program(check.start({"--port", "0", "--name", "Alice"})), peer(connect()) {}

  Peer connect() {
    const std::uint16_t port = program.read_port();
    program.expect_line("Serveur de chat démarré. En attente d'un client...");
    Peer client = check.connect(port);
    program.expect_line("Client connecté : " + client.own_address());
    return client;
  }

  // Both have said who they are.
  void greet() {
    peer.expect_line("Alice", name_guesses());
    peer.send("Bob\n");
    // A '\n' that stays at the end of a name is a control character in it.
    expect_shown(greeting("Bob"), {{"line_end_kept", starts_with("Nom refusé")}});
  }

  Guesses name_guesses() {
    // Silence: does it wait for the other's name first?
    const auto waits = [this](auto actual) {
      if (!actual.empty()) return false;
      check.note(looking_closer);
      peer.send("Bob\n");
      return peer.receive_some(64, Seconds(1)).starts_with("Alice");
    };
    return {{"no_line_end_sent", equals("Alice")}, {"name_waited_first", waits}, {"name_not_sent"}};
  }

  // A line of the program, which may have been forgotten in a buffer of its own.
  void expect_shown(const std::string& expected, Guesses guesses = {}) {
    const auto comes_at_the_end = [this, expected](auto actual) {
      if (!actual.empty()) return false;
      check.note(looking_closer);
      peer.close();
      program.press_ctrl_d();
      return program.process().wait_for(expected, prise::testing::within(Seconds(1)));
    };
    guesses.insert(guesses.begin(), {"line_end_kept", contains("\\n")});
    guesses.insert(guesses.begin(), {"not_flushed", comes_at_the_end});
    program.expect_line(expected, guesses);
  }

  void expect_message(const std::string& text, Guesses guesses = {}) {
    guesses.push_back({"speaks_out_of_turn", starts_with(prompt)});
    expect_shown("Bob : " + text, std::move(guesses));
  }

  // The program's turn, which answers what is typed.
  void answer(const std::string& text) {
    program.expect_prompt(prompt, {{"speaks_out_of_turn", is_empty()}});
    program.type(text);
    peer.expect_line(text, {{"empty_line_not_sent", [text](auto) { return text.empty(); }},
                            {"name_in_every_message", contains("Alice")},
                            {"no_line_end_sent", equals(text)}});
  }

  // A line after which the program ends; an empty one may end a prompt that nobody answered.
  void expect_farewell(const std::string& expected, const Guesses& guesses = {}) {
    std::string line = program.read_line(shown_bytes(expected), guesses);
    if (line.empty()) line = program.read_line(shown_bytes(expected), guesses);
    require_line(check, line == expected, expected, line, guesses);
  }

  void expect_bob_left(const Guesses& guesses) {
    expect_farewell("Bob a quitté le chat.", guesses);
    program.expect_line(end_line);
    program.expect_end(0);
  }

  Check& check;
  Program program;
  Peer peer;
};

}  // namespace

TEST_CASE("names, then a conversation in turns") {
  Check check("un client donne son nom, puis discute, chacun son tour");
  Chat chat(check);
  chat.greet();
  for (const std::string text : {"Salut !", "Ça va ?"}) {
    chat.peer.send(text + "\n");
    chat.expect_message(text);
    chat.answer("Oui : " + check.random_text(12));
  }
}

TEST_CASE("as a client, it speaks first") {
  Check check("le même programme avec --client : il se connecte et parle le premier");
  Door door = check.listen();
  Program program =
      check.start({"--client", "--name", "Bob", "--port", std::to_string(door.port())});
  Peer peer = door.accept({{"client_option_ignored"}});
  program.expect_line("Connecté au serveur de chat !");
  peer.expect_line("Bob");
  peer.send("Alice\n");
  program.expect_line(greeting("Alice"));
  for (int i = 0; i < 2; ++i) {
    program.expect_prompt(prompt, {{"speaks_out_of_turn"}});
    const std::string said = check.random_text(20), heard = check.random_text(20);
    program.type(said);
    peer.expect_line(said);
    peer.send(heard + "\n");
    program.expect_line("Alice : " + heard);
  }
}

TEST_CASE("quit is told to the other, and ends the chat") {
  for (const std::string word : {"quit", "QuIt"}) {
    Check check("taper « " + word + " » au clavier");
    Chat chat(check);
    chat.greet();
    chat.peer.send("À vous\n");
    chat.expect_message("À vous");
    chat.program.expect_prompt(prompt);
    chat.program.type(word);
    const std::string line = chat.peer.receive_line(
        "« quit », suivi d'une fin de ligne",
        {{"no_line_end_sent", [](auto actual) { return is_quit(actual); }}, {"quit_not_sent"}});
    require_line(check, is_quit(line), "quit", line, {{"quit_not_sent"}});
    chat.expect_farewell(end_line, {{word == "quit" ? "quit_does_not_end" : "mixed_case_missed"}});
    chat.program.expect_end(0);
    chat.peer.expect_closed();
  }
}

TEST_CASE("quit from the other ends the chat") {
  for (const std::string word : {"quit", "QUIT", "Quit"}) {
    Check check("l'autre envoie « " + word + " »");
    Chat chat(check);
    chat.greet();
    chat.peer.send(word + "\n");
    chat.expect_bob_left(
        {{word == "quit" ? "quit_shown" : "mixed_case_missed", starts_with("Bob : ")},
         {"who_left_not_said", equals(end_line)}});
    chat.peer.expect_closed();
  }
}

TEST_CASE("only the whole word is quit") {
  Check check("un message qui commence par quit, sans être quit");
  Chat chat(check);
  chat.greet();
  for (const std::string text : {"quitter le navire ?", "quit ?"}) {
    chat.peer.send(text + "\n");
    chat.expect_message(text, {{"quit_by_its_beginning", contains("quitté")}});
    chat.answer("quittons-le");
  }
}

TEST_CASE("the other goes away without a word") {
  SECTION("end of stream") {
    Check check("l'autre ferme la connexion sans dire quit");
    Chat chat(check);
    chat.greet();
    chat.peer.close();
    chat.expect_bob_left({{"end_of_stream_ignored"}});
  }
  SECTION("reset") {
    Check check("la connexion de l'autre est coupée brutalement (RST)");
    Chat chat(check);
    chat.greet();
    chat.peer.reset();
    chat.expect_bob_left({{"cut_not_caught", contains("Erreur")}, {"end_of_stream_ignored"}});
  }
  SECTION("in our turn") {
    Check check("l'autre s'en va pendant que c'est à vous de taper");
    Chat chat(check);
    chat.greet();
    chat.peer.send("Je file\n");
    chat.expect_message("Je file");
    chat.program.expect_prompt(prompt);
    chat.peer.reset();
    chat.program.type("Attends !");
    chat.expect_bob_left({{"cut_not_caught", contains("Erreur")}, {"end_of_stream_ignored"}});
  }
}

TEST_CASE("Ctrl-D is a way to quit") {
  Check check("Ctrl-D au clavier, quand c'est à vous");
  Chat chat(check);
  chat.greet();
  chat.peer.send("À vous\n");
  chat.expect_message("À vous");
  chat.program.expect_prompt(prompt);
  chat.program.press_ctrl_d();
  const Guesses guesses{{"ctrl_d_ignored"}};
  const std::string line = chat.peer.receive_line("« quit », suivi d'une fin de ligne", guesses);
  require_line(check, is_quit(line), "quit", line, guesses);
  chat.expect_farewell(end_line, guesses);
  chat.program.expect_end(0);
}

TEST_CASE("a line is a message, however it arrives") {
  for (const Delivery delivery : {Delivery::chopped, Delivery::byte_by_byte}) {
    Check check(delivery == Delivery::chopped ? "des lignes qui arrivent en morceaux"
                                              : "des lignes qui arrivent octet par octet");
    const Guesses guesses{{"one_recv_one_message"}};
    Chat chat(check);
    chat.peer.expect_line("Alice");
    chat.peer.send("Robert\n", delivery);
    chat.program.expect_line(greeting("Robert"), guesses);
    for (int i = 0; i < 2; ++i) {
      const std::string text = check.random_text(10);
      chat.peer.send(text + "\n", delivery);
      chat.program.expect_line("Robert : " + text, guesses);
      chat.answer(check.random_text(10));
    }
  }
}

TEST_CASE("lines that arrive together are all kept") {
  Check check("le nom et trois messages qui arrivent en une fois");
  Chat chat(check);
  chat.peer.expect_line("Alice");
  chat.peer.send("Bob\nun\ndeux\n\n");
  const Guesses guesses{{"one_recv_one_message", contains("\\n")},
                        {"second_line_lost", is_empty()}};
  chat.program.expect_line(greeting("Bob"), guesses);
  chat.expect_message("un", guesses);
  chat.answer("1");
  chat.expect_message("deux", guesses);
  chat.answer("2");
  chat.expect_message("", {{"empty_line_ends", contains("quitté")}});
  chat.answer("");
}

TEST_CASE("a name is judged before it is shown") {
  for (const std::string& name :
       {std::string(33, 'b'), std::string("Bo\x1b[31mb"), std::string(), std::string("Bob\x7f")}) {
    Check check("l'autre se présente avec un nom défendu");
    Chat chat(check);
    chat.peer.expect_line("Alice");
    chat.peer.send(name + "\n");
    chat.program.expect_line("Nom refusé : connexion fermée.",
                             {{"name_not_checked", starts_with("Vous discutez")},
                              {"empty_line_ends", contains("quitté")}});
    chat.program.expect_line(end_line);
    chat.program.expect_end(0);
    chat.peer.expect_closed();
  }
  for (const std::string name : {"Zoé", "ééééééééééééééée"}) {
    Check check("l'autre se présente avec un nom accentué, de 32 octets au plus");
    Chat chat(check);
    chat.peer.expect_line("Alice");
    chat.peer.send(name + "\n");
    chat.program.expect_line(greeting(name), {{"accents_refused", starts_with("Nom refusé")}});
  }
}

TEST_CASE("control characters are not obeyed") {
  Check check("un message qui efface l'écran (caractères de contrôle)");
  Chat chat(check);
  chat.greet();
  const std::string text = "\x1b[2Jbonjour\x07";
  chat.peer.send(text + "\n");
  const std::string expected = "Bob : " + visible_text(text);
  const std::string line = chat.program.read_line(shown_bytes(expected));
  require_line(check, line == expected, expected, line,
               {{"control_characters_raw", contains("\x1b")}});
}

TEST_CASE("a line has a limit") {
  const std::string refused = "Ligne de plus de 1024 octets : connexion fermée.";
  SECTION("reached") {
    Check check("une ligne de 1024 octets, puis une de 1025");
    Chat chat(check);
    chat.greet();
    const std::string longest(line_bytes_max, 'a');
    chat.peer.send(longest + "\n");
    chat.expect_message(longest, {{"limit_too_low", contains("octets")}});
    chat.answer("long !");
    chat.peer.send(longest + "a\n");
    chat.program.expect_line(refused, {{"line_without_limit", starts_with("Bob : ")}});
    chat.program.expect_line(end_line);
    chat.program.expect_end(0);
  }
  SECTION("without an end") {
    Check check("une ligne qui ne finit jamais");
    Chat chat(check);
    chat.greet();
    chat.peer.send(std::string(100'000, 'a'));
    chat.program.expect_line(refused, {{"line_without_limit"}});
    chat.program.expect_line(end_line);
    chat.program.expect_end(0);
  }
}

TEST_CASE("one's own name is judged too") {
  Check check("lancer le programme avec un nom de 33 octets");
  Program program = check.start({"--port", "0", "--name", std::string(33, 'a')});
  program.expect_line("Erreur : un nom fait de 1 à 32 octets, sans caractère de contrôle.",
                      {{"own_name_not_checked"}});
  program.expect_end(2, {{"own_name_not_checked"}});
}
