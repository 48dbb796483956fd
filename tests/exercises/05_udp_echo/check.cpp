// Exercise 05: an answer in spite of losses, and only the server's. The check is the server.
//
// Where nothing is lost the time limit is far longer than the check's patience, so that no slow
// machine makes the program try again; where something is, more tries than needed are fine.
#include "exercises/support/check.hpp"

#include <algorithm>

#include "support/catch.hpp"

using namespace prise::check;

namespace {

std::string try_line(std::size_t number) {
  return "Essai " + std::to_string(number);
}
std::string answer_line(const std::string& answer) {
  return "Réponse : " + answer;
}

std::vector<std::string> arguments_for(const UdpDoor& door, const std::string& timeout,
                                       const std::string& tries, const std::string& text) {
  return {"--port", std::to_string(door.port()), "--timeout", timeout, "--tries", tries, text};
}

// The first try, and its datagram, byte for byte.
Datagram first_try(Check& check, Program& client, UdpDoor& door, const std::string& text) {
  client.expect_line(try_line(1));
  Datagram request = door.receive("le datagramme de l'essai 1", {{"not_sent"}});
  check.require(request.bytes == text, shown_bytes(text), shown_difference(text, request.bytes),
                {{"final_zero", [&](auto) { return request.bytes == text + std::string(1, '\0'); }},
                 {"whole_buffer", [&](auto) { return request.bytes.size() > text.size(); }},
                 {"characters_counted", [&](auto) { return text.starts_with(request.bytes); }}});
  return request;
}

// The answer; before it, as many more tries as a slow machine needs.
void expect_answer(Check& check, Program& client, std::size_t tries, const std::string& answer,
                   const Guesses& guesses = {}) {
  const std::string expected = shown_bytes(answer_line(answer));
  while (true) {
    const std::string line = client.read_line(expected, guesses);
    if (line == answer_line(answer)) return;
    check.require(line == try_line(++tries), expected, shown_bytes(line), guesses);
  }
}

}  // namespace

TEST_CASE("one request, one answer") {
  Check check("envoyer un message, et afficher la réponse");
  UdpDoor door = check.udp();
  const std::string text = check.random_text(40), answer = check.random_text(50);
  Program client = check.start(arguments_for(door, "60", "3", text));
  const Datagram request = first_try(check, client, door, text);
  client.wait_until_asleep();  // an answer at once would hide a program that does not wait
  door.send(answer, request.port);
  client.expect_line(answer_line(answer), {{"does_not_wait", starts_with("Essai")},
                                           {"does_not_wait", contains("Aucune")},
                                           {"addrlen_not_reset|wrong_comparison", is_empty()}});
  client.expect_end(0, {{"goes_on_after_answer"}});
}

TEST_CASE("bytes of every value in the answer, and none") {
  Check check("une réponse qui contient un octet nul, puis une réponse vide");
  UdpDoor door = check.udp();
  {
    Program client = check.start(arguments_for(door, "60", "3", "a"));
    const std::string answer = "avant" + std::string(1, '\0') + "après";
    door.send(answer, first_try(check, client, door, "a").port);
    client.expect_line(answer_line(answer), {{"nul_truncates", equals("Réponse : avant")}});
    client.expect_end();
  }
  Program client = check.start(arguments_for(door, "60", "3", "b"));
  door.send("", first_try(check, client, door, "b").port);
  client.expect_line(answer_line(""), {{"zero_taken_for_end"}});
  client.expect_end();
}

TEST_CASE("a large answer") {
  Check check("une réponse de 60000 octets");
  UdpDoor door = check.udp();
  std::string answer = check.random_text(30000);
  answer.resize(std::min<std::size_t>(answer.size(), 60000));
  while ((answer.back() & 0x80) != 0)
    answer.pop_back();  // not in the middle of a character
  answer.resize(60000, '.');
  Program client = check.start(arguments_for(door, "60", "3", "question"));
  door.send(answer, first_try(check, client, door, "question").port);
  client.expect_line(answer_line(answer), {{"buffer_too_small", starts_with("Réponse : ")}});
  client.expect_end();
}

TEST_CASE("a stranger's datagram is ignored") {
  Check check("un inconnu répond avant le serveur");
  UdpDoor door = check.udp(), stranger = check.udp();
  const std::string text = check.random_text(20), lie = check.random_text(20),
                    answer = check.random_text(30);
  Program client = check.start(arguments_for(door, "60", "3", text));
  const Datagram request = first_try(check, client, door, text);
  stranger.send(lie, request.port);
  stranger.send(lie, request.port);
  door.send(answer, request.port);
  client.expect_line(answer_line(answer), {{"stranger_accepted", equals(answer_line(lie))},
                                           {"stranger_ends_try", starts_with("Essai")},
                                           {"stranger_ends_try", contains("Aucune")},
                                           {"stranger_ends_program", contains("Erreur")}});
  client.expect_end();
}

TEST_CASE("a stop is no loss") {
  Check check("le programme est suspendu et repris (Ctrl-Z, fg) pendant qu'il attend");
  UdpDoor door = check.udp();
  const std::string text = check.random_text(20), answer = check.random_text(30);
  Program client = check.start(arguments_for(door, "60", "3", text));
  const Datagram request = first_try(check, client, door, text);
  client.wait_until_asleep();
  client.suspend_and_resume();
  client.wait_until_asleep();
  door.send(answer, request.port);
  client.expect_line(answer_line(answer), {{"eintr_fatal", contains("Interrupted")},
                                           {"eintr_fatal", contains("Erreur")},
                                           {"eintr_ends_try", starts_with("Essai")},
                                           {"eintr_ends_try", contains("Aucune")}});
  client.expect_end();
}

TEST_CASE("the first tries are lost") {
  Check check("les premiers datagrammes se perdent");
  UdpDoor door = check.udp();
  const std::string text = check.random_text(20), answer = check.random_text(30);
  Program client = check.start(arguments_for(door, "0.1", "600", text));
  const Datagram first = first_try(check, client, door, text);
  const std::size_t lost = 1 + check.random()() % 2;
  for (std::size_t number = 2; number <= 1 + lost; ++number) {
    client.expect_line(try_line(number), {{"no_timeout|fraction_lost", is_empty()},
                                          {"one_try_only", contains("Aucune")}});
    const Datagram again =
        door.receive("le datagramme de l'essai " + std::to_string(number), {{"not_sent_again"}});
    check.require(again.bytes == text, shown_bytes(text), shown_difference(text, again.bytes));
    check.require(again.port == first.port,
                  "le même socket qu'à l'essai 1 (port " + std::to_string(first.port) + ")",
                  "un autre, de port " + std::to_string(again.port), {{"new_socket"}});
  }
  // Every request has been on its way all the time: the answers come late, and more than once.
  for (std::size_t i = 0; i <= lost; ++i)
    door.send(answer, first.port);
  expect_answer(check, client, 1 + lost, answer, {{"late_answer_refused"}});
  client.expect_end();
}

TEST_CASE("all is lost") {
  Check check("personne ne répond jamais");
  UdpDoor door = check.udp();
  const std::string text = check.random_text(20);
  Program client = check.start(arguments_for(door, "0.06", "4", text));
  for (std::size_t number = 1; number <= 4; ++number) {
    client.expect_line(try_line(number), {{"no_timeout|fraction_lost", is_empty()}});
    door.receive("le datagramme de l'essai " + std::to_string(number), {{"not_sent_again"}});
  }
  client.expect_line("Aucune réponse après 4 essais.", {{"no_limit", equals(try_line(5))}});
  client.expect_end(1, {{"wrong_status", is_empty()}});
  check.require(door.nothing_within(Seconds(0)), "quatre datagrammes", "un cinquième est parti",
                {{"no_limit"}});
}

TEST_CASE("a chatty stranger does not keep the program waiting") {
  Check check("un inconnu bavard envoie datagramme sur datagramme, et le serveur ne répond pas");
  UdpDoor door = check.udp(), stranger = check.udp();
  const std::string text = check.random_text(20), answer = check.random_text(30);
  Program client = check.start(arguments_for(door, "0.15", "600", text));
  const Datagram first = first_try(check, client, door, text);
  const auto deadline = check.deadline();
  do {
    stranger.send("bruit", first.port);
    check.require(prise::testing::Clock::now() < deadline, "un deuxième essai, après 0.15 s",
                  "toujours rien, tant que l'inconnu parle", {{"wait_restarts"}});
  } while (door.nothing_within(Seconds(0.01)));
  client.expect_line(try_line(2), {{"stranger_accepted", contains("bruit")}});
  door.send(answer, first.port);
  expect_answer(check, client, 2, answer, {{"stranger_accepted", contains("bruit")}});
  client.expect_end();
}
