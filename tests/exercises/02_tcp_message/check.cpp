// Exercise 02: welcome each client with a text, then close, whatever the client does meanwhile.
#include "exercises/support/check.hpp"

#include <algorithm>

#include "support/catch.hpp"

using namespace prise::check;

namespace {

const Guesses no_port{{"not_flushed|port_not_written", is_empty()}};

std::string line_of(int number, const std::string& rest) {
  return "Client " + std::to_string(number) + " : " + rest;
}
std::string sent_line(int number, std::size_t bytes) {
  return line_of(number, std::to_string(bytes) + " octets envoyés");
}

std::size_t characters_in(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char byte) { return (byte & 0xC0) != 0x80; }));
}

// The first so many bytes of the text came, and not one more.
std::function<bool(std::string_view)> cut_at(const std::string& text, std::size_t bytes) {
  return [text, bytes](auto actual) { return actual == std::string_view(text).substr(0, bytes); };
}

// A client that says nothing, reads the text to its end, and only then leaves.
void visit(Check& check, Program& server, std::uint16_t port, int number, const std::string& text) {
  const auto later = [number](auto actual) { return actual.empty() && number > 1; };
  Peer client = check.connect(
      port, {{"only_one_client", [number](auto) { return number > 1; }}, {"port_not_written"}});
  server.expect_line(
      line_of(number, client.own_address()),
      {{"waits_for_client", [&](auto actual) { return later(actual) && server.threads() > 0; }},
       {"only_one_client", later}});
  client.expect_bytes(
      text, {{"characters_counted", cut_at(text, characters_in(text))},
             {"sizeof_text", cut_at(text, sizeof(std::string))},
             {"sizeof_text", cut_at(text, sizeof(char*))},
             {"waits_for_client",
              [&](auto actual) { return actual.empty() && client.end() == StreamEnd::open; }},
             {"nothing_sent", is_empty()}});
  client.expect_closed({{"final_zero", equals(std::string(1, '\0'))},
                        {"whole_buffer", contains(std::string(2, '\0'))},
                        {"client_not_closed", is_empty()}});
  server.expect_line(sent_line(number, text.size()),
                     {{"characters_counted", equals(sent_line(number, characters_in(text)))}});
}

}  // namespace

TEST_CASE("one client gets the text, every byte of it, and nothing more") {
  Check check("accueillir un client qui écoute sans rien dire");
  const std::string text = check.random_text(60);
  Program server = check.start({"--port", "0", "--clients", "1", "--text", text});
  visit(check, server, server.read_port(no_port), 1, text);
  server.expect_end(0, {{"never_ends"}});
}

TEST_CASE("the next client is served while the last one stays") {
  Check check("accueillir un client, quand le précédent reste connecté sans rien dire");
  const std::string text = check.random_text(40);
  Program server = check.start({"--port", "0", "--clients", "2", "--text", text});
  const std::uint16_t port = server.read_port(no_port);
  Peer silent = check.connect(port);
  server.expect_line(line_of(1, silent.own_address()));
  silent.expect_bytes(text);
  silent.expect_closed({{"client_not_closed", is_empty()}});
  server.expect_line(sent_line(1, text.size()));
  visit(check, server, port, 2, text);
  server.expect_end(0, {{"never_ends"}});
}

TEST_CASE("the text several times") {
  Check check("envoyer le texte trois fois (--times 3)");
  const std::string text = check.random_text(30);
  Program server = check.start({"--port", "0", "--clients", "1", "--times", "3", "--text", text});
  Peer client = check.connect(server.read_port());
  server.expect_line(line_of(1, client.own_address()));
  client.expect_bytes(text + text + text, {{"times_ignored", equals(text)}});
  client.expect_closed();
  server.expect_line(sent_line(1, 3 * text.size()),
                     {{"times_ignored", equals(sent_line(1, text.size()))}});
  server.expect_end();
}

TEST_CASE("a client that spoke first gets the text too") {
  Check check("un client parle avant d'écouter");
  const std::string text = check.random_text(50);
  Program server = check.start({"--port", "0", "--clients", "2", "--text", text});
  const std::uint16_t port = server.read_port(no_port);
  server.suspend();  // so that what the client says is there before the program looks
  Peer client = check.connect(port);
  client.send(check.random_text(300));
  server.resume();
  server.expect_line(line_of(1, client.own_address()));
  client.expect_bytes(text);
  client.expect_closed({{"unread_bytes", [&](auto) { return client.end() == StreamEnd::reset; }}});
  server.expect_line(sent_line(1, text.size()));
  visit(check, server, port, 2, text);
  server.expect_end();
}

TEST_CASE("a client that is gone before its turn") {
  Check check("un client repart brutalement avant d'être accueilli");
  const std::string text = check.random_text(30);
  Program server = check.start({"--port", "0", "--clients", "2", "--text", text});
  const std::uint16_t port = server.read_port(no_port);
  server.suspend();
  Peer hurried = check.connect(port);
  const std::string address = hurried.own_address();
  hurried.half_close();  // with it, the program's send gets EPIPE, not ECONNRESET
  hurried.reset();
  server.resume();
  server.expect_line(line_of(1, address), {{"lost_client_ends_server", contains("Erreur")}});
  server.expect_line(line_of(1, "parti trop tôt"), {{"lost_client_ends_server", contains("Erreur")},
                                                    {"loss_not_seen", contains("octets envoyés")}});
  visit(check, server, port, 2, text);
  server.expect_end();
}

TEST_CASE("a client that leaves in the middle of a long text") {
  Check check("un client coupe au milieu d'un long texte");
  const std::string text = check.random_text(50000);
  Program server = check.start({"--port", "0", "--clients", "2", "--times", "700", "--text", text});
  const std::uint16_t port = server.read_port(no_port);
  {
    Peer hurried = check.connect(port);
    hurried.keep_small_buffer();
    server.expect_line(line_of(1, hurried.own_address()));
    hurried.expect_bytes(text);
    if (check.random()() % 2 == 0) hurried.half_close();
    hurried.reset();
  }
  server.expect_line(line_of(1, "parti trop tôt"), {{"lost_client_ends_server", contains("Erreur")},
                                                    {"loss_not_seen", contains("octets envoyés")}});
  Peer next = check.connect(port, {{"lost_client_ends_server"}});
  server.expect_line(line_of(2, next.own_address()));
  next.expect_bytes(text);
}

TEST_CASE("descriptors are given back") {
  Check check("douze clients l'un après l'autre : chaque connexion est rendue");
  const std::string text = check.random_text(20);
  Program server = check.start({"--port", "0", "--clients", "20", "--text", text});
  const std::uint16_t port = server.read_port(no_port);
  visit(check, server, port, 1, text);
  const std::size_t before = server.descriptors();
  for (int number = 2; number <= 12; ++number)
    visit(check, server, port, number, text);
  const std::size_t after = server.descriptors();
  check.require(after < before + 6,  // the last one may be about to be closed
                "autant de descripteurs ouverts qu'au début (" + std::to_string(before) + ")",
                std::to_string(after) + " descripteurs ouverts", {{"descriptor_leak"}});
}
