// Exercise 03: every byte comes back, and the total after the end, whatever the client's rhythm.
#include "exercises/support/check.hpp"

#include <algorithm>

#include "support/catch.hpp"

using namespace prise::check;

namespace {

const Guesses no_port{{"not_flushed|port_not_written", is_empty()}};

std::string line_of(int number, const std::string& rest) {
  return "Client " + std::to_string(number) + " : " + rest;
}
std::string returned_line(int number, std::size_t bytes) {
  return line_of(number, std::to_string(bytes) + " octets renvoyés");
}
std::string total_line(std::size_t bytes) {
  return "Total : " + std::to_string(bytes) + " octets";
}

std::string random_bytes(Check& check, std::size_t count) {
  std::string bytes(count, '\0');
  for (char& byte : bytes)
    byte = static_cast<char>(check.random()());
  return bytes;
}

// The program spins: it uses the processor while nothing happens.
std::function<bool(std::string_view)> is_busy(const Program& server) {
  return [&server, before = server.cpu_seconds()](auto) {
    return server.cpu_seconds() - before > 0.1;
  };
}

// The client has said all it had to say: the total, the end, and the program's line.
void finish(Program& server, Peer& client, int number, std::size_t bytes) {
  client.half_close();
  client.expect_line(total_line(bytes),
                     {{"zero_ignored", is_busy(server)},
                      {"wrong_total", starts_with("Total : ")},
                      {"no_total", [&](auto) { return client.end() == StreamEnd::closed; }},
                      {"end_not_seen", is_empty()}});
  client.expect_closed({{"zero_ignored", is_busy(server)}, {"client_not_closed", is_empty()}});
  server.expect_line(returned_line(number, bytes));
}

void visit(Check& check, Program& server, std::uint16_t port, int number) {
  const auto is_later = [number](auto) { return number > 1; };
  Peer client = check.connect(port, {{"only_one_client", is_later}});
  server.expect_line(line_of(number, client.own_address()), {{"only_one_client", is_later}});
  const std::string text = check.random_text(30);
  client.send(text);
  client.expect_bytes(text);
  finish(server, client, number, text.size());
}

}  // namespace

TEST_CASE("a text comes back, then another, then the total") {
  Check check("envoyer un texte, attendre son retour, puis un autre");
  Program server = check.start({"--port", "0", "--clients", "1"});
  Peer client = check.connect(server.read_port(no_port));
  server.expect_line(line_of(1, client.own_address()));
  const std::string first = check.random_text(30), second = check.random_text(20);
  client.send(first);
  client.expect_bytes(
      first,
      {{"zero_ignored", is_busy(server)},
       {"reads_all_first",
        [&](auto actual) { return actual.empty() && client.end() == StreamEnd::open; }},
       {"nothing_returned", [](auto actual) { return actual.empty() || actual[0] == 'T'; }}});
  // What comes before anything else is sent was in the buffer, not in the message.
  const std::string more = client.receive_some(100, Seconds(0));
  check.require(more.find("Total") == std::string::npos, "le serveur attend la suite",
                shown_bytes(more), {{"one_recv"}});
  check.require(more.empty(), "rien de plus que le texte envoyé", shown_bytes(more),
                {{"whole_buffer"}});
  client.send(second);
  client.expect_bytes(
      second,
      {{"one_recv", [&](auto actual) { return actual.empty() && client.end() != StreamEnd::open; }},
       {"one_recv", starts_with("Total")},
       {"whole_buffer", [&](auto actual) { return actual.size() > second.size(); }}});
  finish(server, client, 1, first.size() + second.size());
  server.expect_end(0, {{"never_ends"}});
}

TEST_CASE("bytes of every value come back") {
  Check check("envoyer des octets qui ne sont pas du texte, dont des zéros");
  Program server = check.start({"--port", "0", "--clients", "1"});
  Peer client = check.connect(server.read_port(no_port));
  server.expect_line(line_of(1, client.own_address()));
  std::string bytes = "avant" + std::string(1, '\0') + "après" + random_bytes(check, 500);
  client.send(bytes);
  client.expect_bytes(bytes, {{"nul_truncates", equals("avant")}});
  client.send(bytes, Delivery::chopped);
  client.expect_bytes(bytes);
  finish(server, client, 1, 2 * bytes.size());
  server.expect_end();
}

TEST_CASE("a client that sends nothing") {
  Check check("un client n'envoie rien, et finit aussitôt");
  Program server = check.start({"--port", "0", "--clients", "1"});
  Peer client = check.connect(server.read_port(no_port));
  server.expect_line(line_of(1, client.own_address()));
  finish(server, client, 1, 0);
  server.expect_end();
}

TEST_CASE("8 MiB come back unharmed to a slow reader") {
  Check check(
      "envoyer 8 Mio, et les relire lentement, pendant que le serveur est suspendu et "
      "repris (Ctrl-Z, fg)");
  Program server = check.start({"--port", "0", "--clients", "1"});
  Peer client = check.connect(server.read_port(no_port));
  client.keep_small_buffer();
  server.expect_line(line_of(1, client.own_address()));
  const std::string bytes = random_bytes(check, 8 << 20);
  check.note("client > 8388608 octets au hasard, lus au fur et à mesure");
  std::size_t sent = 0, received = 0;
  int interruptions = 0;
  const auto deadline = check.deadline();
  while (received < bytes.size()) {
    while (sent < bytes.size()) {
      const std::size_t count =
          client.send_some(std::string_view(bytes).substr(sent), Seconds(0.005));
      if (count == 0) break;
      sent += count;
    }
    // The program now waits, most likely in the middle of a send: nothing but our reading can go
    // on. A stop makes that send return what it has done so far.
    if (interruptions < 12) {
      ++interruptions;
      server.wait_until_asleep();
      server.suspend_and_resume();
      server.wait_until_asleep();
    }
    const std::size_t wanted = 1 + check.random()() % 400'000;
    for (std::size_t read = 0; read < wanted && received < bytes.size();) {
      const std::string part = client.receive_some(wanted - read, Seconds(0.005));
      if (part.empty()) break;
      const auto expected = std::string_view(bytes).substr(received, part.size());
      if (part != expected) {
        const auto different = std::mismatch(part.begin(), part.end(), expected.begin()).first;
        check.fail(
            "les mêmes octets, dans le même ordre",
            "une différence à l'octet " +
                std::to_string(received + static_cast<std::size_t>(different - part.begin())),
            {{"short_send"}});
      }
      read += part.size();
      received += part.size();
    }
    if (client.end() != StreamEnd::open || prise::testing::Clock::now() > deadline)
      check.fail("8388608 octets", std::to_string(received) + " octets", {{"short_send"}});
  }
  finish(server, client, 1, bytes.size());
  server.expect_end();
}

TEST_CASE("a client that is cut off before it says anything") {
  Check check("un client coupe brutalement la connexion sans avoir rien envoyé");
  Program server = check.start({"--port", "0", "--clients", "2"});
  const std::uint16_t port = server.read_port(no_port);
  server.suspend();
  Peer hurried = check.connect(port);
  const std::string address = hurried.own_address();
  hurried.reset();
  server.resume();
  server.expect_line(line_of(1, address), {{"reset_ends_server", contains("Erreur")}});
  server.expect_line(line_of(1, "connexion perdue"),
                     {{"minus_one_as_size", contains("basic_string")},
                      {"minus_one_as_size", contains("length_error")},
                      {"reset_ends_server", contains("Erreur")},
                      {"reset_taken_for_end", contains("octets renvoyés")}});
  visit(check, server, port, 2);
  server.expect_end();
}

TEST_CASE("a client that does not wait for its echo") {
  Check check("un client envoie, puis part sans lire la réponse");
  Program server = check.start({"--port", "0", "--clients", "2"});
  const std::uint16_t port = server.read_port(no_port);
  server.suspend();
  Peer hurried = check.connect(port);
  const std::string address = hurried.own_address();
  hurried.send(check.random_text(30));
  hurried.half_close();  // with it, the program's send gets EPIPE, not ECONNRESET
  hurried.reset();
  server.resume();
  server.expect_line(line_of(1, address));
  server.expect_line(
      line_of(1, "connexion perdue"),
      {{"reset_ends_server", contains("Erreur")}, {"loss_not_seen", contains("octets renvoyés")}});
  visit(check, server, port, 2);
  server.expect_end();
}

TEST_CASE("client after client, descriptors are given back") {
  Check check("douze clients l'un après l'autre : chaque connexion est rendue");
  Program server = check.start({"--port", "0", "--clients", "20"});
  const std::uint16_t port = server.read_port(no_port);
  visit(check, server, port, 1);
  const std::size_t before = server.descriptors();
  for (int number = 2; number <= 12; ++number)
    visit(check, server, port, number);
  const std::size_t after = server.descriptors();
  check.require(after < before + 6,  // the last one may be about to be closed
                "autant de descripteurs ouverts qu'au début (" + std::to_string(before) + ")",
                std::to_string(after) + " descripteurs ouverts", {{"descriptor_leak"}});
}
