// Exercise 07: receive all, send all back reversed, before one deadline for the whole; short reads,
// short writes and signals change nothing.
#include <algorithm>
#include <csignal>
#include <functional>

#include "exercises/support/check.hpp"
#include "support/catch.hpp"

using namespace prise::check;

namespace {

// More than the kernel keeps between a sender and a reader that does not read.
constexpr std::size_t large_bytes = 8 << 20;

struct Server {
  Server(Check& check, const std::string& seconds, std::vector<std::string> more = {})
      : program(check.start([&] {
          std::vector<std::string> options{"--port", "0", "--deadline", seconds};
          options.insert(options.end(), more.begin(), more.end());
          return options;
        }())),
        port(program.read_port()) {
    program.expect_line("Serveur en écoute sur le port " + std::to_string(port) + "...");
  }

  Program program;
  std::uint16_t port;
};

const std::string too_late = "Délai dépassé.";
const std::string lost = "Le client a coupé la connexion.";

std::string received_line(std::size_t bytes) {
  return "Reçu : " + std::to_string(bytes) + " octets";
}

std::string reversed(std::string text) {
  std::reverse(text.begin(), text.end());
  return text;
}

// Every part of it differs from its neighbours: a hole, or a piece sent twice, shows. Made once.
const std::string& large_text() {
  static const std::string text = [] {
    std::string numbers;
    for (int i = 1; numbers.size() < large_bytes; ++i)
      numbers += std::to_string(i) + " bouteilles à la mer, et chacune porte un message. ";
    return numbers;
  }();
  return text;
}

// Compared as one block: a byte at a time, megabytes would take a while.
bool is_reverse_of(const std::string& text, const std::string& answer) {
  if (text.size() < large_bytes) return answer == reversed(text);
  static const std::string large = reversed(large_text());
  return answer == large;
}

void expect_received(Program& server, std::size_t bytes) {
  server.expect_line(received_line(bytes), {{"one_recv_is_all", starts_with("Reçu : ")},
                                            {"deadline_too_early", equals(too_late)},
                                            {"end_ignored", is_empty()}});
}

void expect_answer(Check& check, Program& server, Peer& client, const std::string& text) {
  const auto gave_up = [&](std::string_view) {
    server.process().read_more(prise::testing::within(Seconds(0.3)));
    return server.process().output().find(too_late) != std::string::npos;
  };
  const std::string size = std::to_string(text.size());
  const std::string expected = size + " octets : le message, à l'envers";
  const std::string answer = client.receive_exactly(
      text.size(), expected, {{"deadline_too_early", gave_up}, {"short_send_ignored"}});
  if (!is_reverse_of(text, answer)) {
    const auto differs = std::mismatch(text.rbegin(), text.rend(), answer.begin()).second;
    check.fail(expected,
               size + " octets, dont le premier mauvais est à la position " +
                   std::to_string(differs - answer.begin()),
               {{"wrong_bytes"}});
  }
  client.expect_closed();
  server.expect_line("Renvoyé : " + size + " octets");
  server.expect_end(0);
}

// Does something every so often. True as soon as the program prints or ends; false: time is up.
bool speaks_despite(Program& server, Seconds time, const std::function<void()>& disturbance) {
  const Deadline deadline = prise::testing::within(time);
  while (!server.speaks_within(Seconds(0.02))) {
    if (prise::testing::Clock::now() >= deadline) return false;
    disturbance();
  }
  return true;
}

}  // namespace

TEST_CASE("a word comes back reversed") {
  Check check("envoyer un mot, puis annoncer la fin du flux");
  Server server(check, "60");
  Peer client = check.connect(server.port);
  client.send("Bonjour");
  client.half_close();
  expect_received(server.program, 7);
  expect_answer(check, server.program, client, "Bonjour");
}

TEST_CASE("a message in pieces is received whole") {
  Check check("envoyer un texte en morceaux");
  Server server(check, "60");
  const std::string text = check.random_text(300);
  Peer client = check.connect(server.port);
  client.send(text, Delivery::chopped);
  client.half_close();
  expect_received(server.program, text.size());
  expect_answer(check, server.program, client, text);
}

TEST_CASE("a client that takes its time") {
  Check check("envoyer le début d'un mot, attendre un instant, puis envoyer la suite");
  Server server(check, "60");
  Peer client = check.connect(server.port);
  client.send("Bon", Delivery::byte_by_byte);
  check.require(!server.program.speaks_within(Seconds(0.15)), "un programme qui attend la suite",
                "il n'attend pas", {{"deadline_too_early"}});
  // Not by the time it used: on a busy machine, one that never sleeps gets little of it.
  const Deadline deadline = check.deadline();
  while (!server.program.sleeps() && prise::testing::Clock::now() < deadline)
    server.program.speaks_within(Seconds(0.01));
  check.require(server.program.sleeps(), "un programme qui dort en attendant la suite",
                "il occupe le processeur", {{"busy_wait"}});
  client.send("jour");
  client.half_close();
  expect_received(server.program, 7);
  expect_answer(check, server.program, client, "Bonjour");
}

TEST_CASE("a client that sends nothing gets nothing") {
  Check check("annoncer la fin du flux sans rien envoyer");
  Server server(check, "60");
  Peer client = check.connect(server.port);
  client.half_close();
  expect_received(server.program, 0);
  expect_answer(check, server.program, client, "");
}

TEST_CASE("several megabytes come back whole") {
  Check check("envoyer 8 Mio, et lire la réponse");
  Server server(check, "60");
  const std::string& text = large_text();
  Peer client = check.connect(server.port);
  client.send(text);
  client.half_close();
  expect_received(server.program, text.size());
  expect_answer(check, server.program, client, text);
}

TEST_CASE("the deadline passes while the client is silent") {
  Check check("envoyer un mot, puis plus rien, sans finir le flux (--deadline 0.2)");
  Server server(check, "0.2");
  const auto start = prise::testing::Clock::now();
  Peer client = check.connect(server.port);
  client.send("Bonjour");
  server.program.expect_line(
      too_late, {{"no_deadline", is_empty()}, {"one_recv_is_all", starts_with("Reçu : ")}});
  check.require(prise::testing::Clock::now() - start >= Seconds(0.2),
                "« " + too_late + " » après 0,2 s", "plus tôt", {{"deadline_too_early"}});
  server.program.expect_end(1, {{"wrong_status"}});
}

TEST_CASE("the deadline is for the whole, not for each byte") {
  Check check("envoyer un octet de temps en temps, sans fin (--deadline 0.25)");
  Server server(check, "0.25");
  Peer client = check.connect(server.port);
  const bool spoke = speaks_despite(server.program, check.patience(), [&] { client.send("x"); });
  check.require(spoke, too_late, "rien, bien après le délai", {{"deadline_per_call"}});
  server.program.expect_line(too_late);
  server.program.expect_end(1, {{"wrong_status"}});
}

TEST_CASE("a signal while it receives changes nothing") {
  Check check("interrompre la réception par des signaux (SIGUSR1)");
  Server server(check, "60");
  Peer client = check.connect(server.port);
  client.send("Bon", Delivery::byte_by_byte);
  for (int i = 0; i < 5; ++i) {
    server.program.send_signal(SIGUSR1);
    if (!server.program.speaks_within(Seconds(0.01))) continue;
    const std::string line =
        server.program.read_line("un programme qui attend la suite", {{"eintr_fatal"}});
    check.fail("un programme qui attend la suite", line,
               {{"minus_one_taken_for_end", starts_with("Reçu : ")}, {"eintr_fatal"}});
  }
  client.send("jour", Delivery::byte_by_byte);
  client.half_close();
  expect_received(server.program, 7);
  expect_answer(check, server.program, client, "Bonjour");
}

TEST_CASE("a signal does not give more time") {
  Check check("interrompre la réception sans cesse (--deadline 0.25)");
  Server server(check, "0.25");
  Peer client = check.connect(server.port);
  const bool spoke = speaks_despite(server.program, check.patience(),
                                    [&] { server.program.send_signal(SIGUSR1); });
  check.require(spoke, too_late, "rien, bien après le délai", {{"eintr_restarts_deadline"}});
  server.program.expect_line(too_late, {{"eintr_fatal"}});
  server.program.expect_end(1, {{"wrong_status"}});
}

TEST_CASE("a slow reader and signals while it sends") {
  Check check("tarder à lire une réponse de 8 Mio, et interrompre l'envoi par des signaux");
  Server server(check, "60");
  const std::string& text = large_text();
  Peer client = check.connect(server.port);
  client.send(text);
  client.half_close();
  expect_received(server.program, text.size());
  for (int i = 0; i < 8 && !server.program.speaks_within(Seconds(0.01)); ++i)
    server.program.send_signal(SIGUSR1);
  expect_answer(check, server.program, client, text);
}

// The program has said that it received all: its answer must now stop at the deadline. False: the
// deadline passed before the answer began, and nothing is proved.
bool gives_up_sending(Check& check, Server& server, Peer& client, Seconds deadline) {
  const std::string line = server.program.read_line(received_line(large_text().size()));
  if (line == too_late) return false;
  if (!server.program.speaks_within(deadline + check.patience() * 0.75)) {
    // A signal wakes a send that waits; a program that then looks at the clock gives up.
    const bool only_asleep = speaks_despite(server.program, check.patience() * 0.5,
                                            [&] { server.program.send_signal(SIGUSR1); });
    check.fail(too_late, "rien, bien après le délai",
               {{only_asleep ? "blocking_send" : "no_deadline_while_sending"}});
  }
  server.program.expect_line(too_late, {{"short_send_ignored", starts_with("Renvoyé")}});
  return !client.receive_some(1, Seconds(0)).empty();
}

TEST_CASE("the deadline passes while the client does not read") {
  Check check("ne pas lire la réponse de 8 Mio");
  // On a busy machine the reception alone may take longer than the first of these.
  for (const char* seconds : {"0.25", "0.9", "2", "6"}) {
    Server server(check, seconds);
    Peer client = check.connect(server.port);
    client.send(large_text());
    client.half_close();
    if (!gives_up_sending(check, server, client, Seconds(std::stod(seconds)))) continue;
    server.program.expect_end(1, {{"wrong_status"}});
    return;
  }
  check.fail("le début de la réponse avant la fin du délai", "rien en 6 s");
}

TEST_CASE("a message as long as the limit is taken") {
  Check check("envoyer 1000 octets avec --bytes-max 1000");
  Server server(check, "60", {"--bytes-max", "1000"});
  const std::string text(1000, 'a');
  Peer client = check.connect(server.port);
  client.send(text, Delivery::chopped);
  client.half_close();
  server.program.expect_line(received_line(1000), {{"limit_off_by_one", starts_with("Refusé : ")}});
  expect_answer(check, server.program, client, text);
}

TEST_CASE("one byte more is refused at once") {
  Check check("envoyer 1001 octets avec --bytes-max 1000, sans finir le flux");
  Server server(check, "60", {"--bytes-max", "1000"});
  Peer client = check.connect(server.port);
  client.send(std::string(1001, 'a'), Delivery::chopped);
  const std::string refused = "Refusé : le message dépasse 1000 octets.";
  if (!server.program.speaks_within(check.patience())) {
    client.half_close();
    const std::string line = server.program.read_line(refused, {{"no_limit"}});
    check.fail(refused + " (dès le 1001e octet)", "rien avant la fin du flux, puis " + line,
               {{"no_limit", contains("Reçu : ")}, {"limit_judged_too_late"}});
  }
  server.program.expect_line(refused);
  server.program.expect_end(1, {{"wrong_status"}});
}

TEST_CASE("a connection cut while it receives") {
  Check check("couper brutalement la connexion au milieu du message");
  Server server(check, "60");
  Peer client = check.connect(server.port);
  client.send("Bonjour", Delivery::chopped);
  client.reset();
  server.program.expect_line(
      lost, {{"minus_one_taken_for_end", starts_with("Reçu : ")}, {"departure_not_told"}});
  server.program.expect_end(1, {{"wrong_status"}});
}

TEST_CASE("a connection cut while it sends") {
  Check check("couper brutalement la connexion sans lire la réponse");
  Server server(check, "60");
  const std::string& text = large_text();
  Peer client = check.connect(server.port);
  client.send(text);
  client.half_close();
  expect_received(server.program, text.size());
  client.reset();
  server.program.expect_line(
      lost, {{"short_send_ignored", starts_with("Renvoyé")}, {"departure_not_told"}});
  server.program.expect_end(1, {{"wrong_status"}});
}
