// Exercise 08: messages after their length, four bytes, the most significant first; both ways.
#include "exercises/support/check.hpp"
#include "support/catch.hpp"

using namespace prise::check;

namespace {

constexpr std::size_t message_bytes_max = 65536;

// The check's own framing, not common/protocol's.
std::string prefix(std::size_t length) {
  std::string bytes;
  for (const int shift : {24, 16, 8, 0})
    bytes += static_cast<char>(length >> shift & 0xFF);
  return bytes;
}

std::string prefix_backwards(std::size_t length) {
  const std::string bytes = prefix(length);
  return {bytes.rbegin(), bytes.rend()};
}

std::string framed(const std::string& payload) {
  return prefix(payload.size()) + payload;
}

std::string message_line(int number, std::size_t bytes) {
  return "Message " + std::to_string(number) + " : " + std::to_string(bytes) + " octets";
}

std::string too_long_line(std::size_t bytes) {
  return "Message de " + std::to_string(bytes) + " octets, 65536 au plus : connexion fermée.";
}

const std::string unfinished = "Message inachevé : connexion fermée.";

struct Server {
  explicit Server(Check& check)
      : check_(&check), program(check.start({"--port", "0"})), port(program.read_port()) {
    program.expect_line("Serveur en écoute sur le port " + std::to_string(port) + "...");
  }

  Peer connect(const Guesses& guesses = {}) {
    Peer client = check_->connect(port, guesses);
    program.expect_line("Connexion de " + client.own_address(), guesses);
    return client;
  }

  Check* check_;
  Program program;
  std::uint16_t port;
};

// The server says how long the message is. mistake: the likely one where nothing else gives it
// away.
void expect_message(Server& server, int number, std::size_t bytes,
                    const std::string& mistake = "") {
  Guesses guesses{{"host_endian_length", contains(too_long_line(bytes << 24 & 0xFFFFFFFF))},
                  {"signed_length", contains("18446744")},
                  {"signed_length", contains("Message de 4294967")},
                  {"signed_length", contains("basic_string")},  // std::string refuses a size of -56
                  {"one_recv_one_message", equals(message_line(number, bytes + 4))},
                  {"prefix_counts_itself", equals(message_line(number, bytes - 4))},
                  {"counts_from_zero", equals(message_line(number - 1, bytes))},
                  {"number_not_restarted", [bytes](auto line) {
                     return line.ends_with(" : " + std::to_string(bytes) + " octets");
                   }}};
  if (!mistake.empty()) guesses.insert(guesses.begin(), {mistake});
  server.program.expect_line(message_line(number, bytes), guesses);
}

void expect_answer(Peer& client, int number, const std::string& message,
                   const std::string& mistake = "") {
  const std::string answer = std::to_string(number) + " " + message;
  Guesses guesses{{"answer_without_prefix", starts_with(answer)},
                  {"plain_echo", equals(framed(message))},
                  {"host_endian_length", starts_with(prefix_backwards(answer.size()))},
                  {"prefix_counts_itself", starts_with(prefix(answer.size() + 4))},
                  {"prefix_of_the_question", starts_with(prefix(message.size()))}};
  if (!mistake.empty()) guesses.insert(guesses.begin(), {mistake});
  client.expect_bytes(framed(answer), guesses);
}

void expect_departure(Server& server, Peer& client, int messages) {
  client.half_close();
  server.program.expect_line("Client parti. Messages : " + std::to_string(messages),
                             {{"end_ignored", is_empty()}, {"end_not_told"}});
  client.expect_closed({{"end_ignored"}});
}

// A whole conversation of one message: the server still works.
void expect_service(Server& server, const std::string& mistake) {
  Peer client = server.connect({{mistake}});
  client.send(framed("Suivant"));
  expect_message(server, 1, 7);
  expect_answer(client, 1, "Suivant");
  expect_departure(server, client, 1);
}

}  // namespace

TEST_CASE("a message is answered") {
  Check check("envoyer un message");
  Server server(check);
  Peer client = server.connect();
  client.send(framed("Bonjour"));
  server.program.expect_line(
      message_line(1, 7),
      {{"host_endian_length", starts_with("Message de " + std::to_string(7U << 24))},
       {"one_recv_one_message", equals(message_line(1, 11))},
       {"prefix_counts_itself", equals(message_line(1, 3))},
       {"counts_from_zero", equals(message_line(0, 7))},
       {"host_endian_length|prefix_counts_itself", is_empty()}});
  expect_answer(client, 1, "Bonjour");
}

TEST_CASE("one message after another, then the end") {
  Check check("envoyer trois messages, chacun après la réponse au précédent");
  Server server(check);
  Peer client = server.connect();
  for (int number = 1; number <= 3; ++number) {
    const std::string message = check.random_text(20 + check.random()() % 60);
    client.send(framed(message));
    expect_message(server, number, message.size());
    expect_answer(client, number, message);
  }
  expect_departure(server, client, 3);
}

TEST_CASE("an empty message is a message") {
  Check check("envoyer un message vide entre deux autres");
  Server server(check);
  Peer client = server.connect();
  int number = 0;
  for (const char* message : {"avant", "", "après"}) {
    client.send(framed(message));
    const std::size_t bytes = std::string_view(message).size();
    server.program.expect_line(message_line(++number, bytes),
                               {{"empty_message_waits", is_empty()}, {"empty_message_is_end"}});
    expect_answer(client, number, message);
  }
  expect_departure(server, client, 3);
}

TEST_CASE("three messages in one send are three") {
  Check check("envoyer trois messages en un seul send");
  Server server(check);
  Peer client = server.connect();
  client.send(framed("un") + framed("deux") + framed("trois"));
  expect_message(server, 1, 2);
  expect_message(server, 2, 4, "second_message_lost");
  expect_message(server, 3, 5, "second_message_lost");
  expect_answer(client, 1, "un");
  expect_answer(client, 2, "deux");
  expect_answer(client, 3, "trois");
  expect_departure(server, client, 3);
}

TEST_CASE("a message in pieces is one") {
  Check check("envoyer le préfixe, puis le message octet par octet");
  Server server(check);
  Peer client = server.connect();
  const std::string message = check.random_text(30);
  client.send(prefix(message.size()));
  client.send(message, Delivery::byte_by_byte);
  expect_message(server, 1, message.size(), "payload_read_short");
  expect_answer(client, 1, message, "payload_read_short");
  expect_departure(server, client, 1);
}

TEST_CASE("a prefix in pieces is one") {
  Check check("envoyer un message entier octet par octet, préfixe compris");
  Server server(check);
  Peer client = server.connect();
  const std::string message = check.random_text(30);
  client.send(framed(message), Delivery::byte_by_byte);
  expect_message(server, 1, message.size(), "prefix_read_short");
  expect_answer(client, 1, message, "prefix_read_short");
  expect_departure(server, client, 1);
}

TEST_CASE("messages cut anywhere") {
  Check check("envoyer des messages découpés au hasard, et parfois collés");
  Server server(check);
  Peer client = server.connect();
  std::vector<std::string> messages;
  std::string bytes;
  for (int i = 0; i < 5; ++i) {
    messages.push_back(check.random_text(1 + check.random()() % 100));
    bytes += framed(messages.back());
  }
  client.send(bytes, Delivery::chopped);
  int number = 0;
  for (const std::string& message : messages) {
    expect_message(server, ++number, message.size());
    expect_answer(client, number, message);
  }
  expect_departure(server, client, 5);
}

TEST_CASE("bytes of the length above 127") {
  Check check("envoyer des messages de 200, 255 et 40000 octets");
  Server server(check);
  Peer client = server.connect();
  int number = 0;
  for (const std::size_t length : {200, 255, 40000}) {
    const std::string message(length, 'a');
    client.send(framed(message));
    expect_message(server, ++number, length, "signed_length");
    expect_answer(client, number, message, "signed_length");
  }
  expect_departure(server, client, 3);
}

TEST_CASE("any byte, the zero too") {
  Check check("envoyer des octets quelconques, dont des zéros");
  Server server(check);
  Peer client = server.connect();
  std::string message = "ab" + std::string(1, '\0') + "cd";
  for (int i = 0; i < 100; ++i)
    message += static_cast<char>(check.random()() % 256);
  client.send(framed(message));
  expect_message(server, 1, message.size(), "nul_truncates");
  expect_answer(client, 1, message, "nul_truncates");
  expect_departure(server, client, 1);
}

TEST_CASE("the longest message that is allowed") {
  Check check("envoyer un message de 65536 octets");
  Server server(check);
  Peer client = server.connect();
  const std::string message(message_bytes_max, 'm');
  client.send(framed(message));
  expect_message(server, 1, message.size(), "limit_off_by_one");
  expect_answer(client, 1, message);
  expect_departure(server, client, 1);
}

TEST_CASE("a longer one is refused on its length alone") {
  Check check("annoncer un message de 65537 octets, sans en envoyer un seul");
  Server server(check);
  Peer client = server.connect();
  client.send(prefix(message_bytes_max + 1));
  const std::string refused = too_long_line(message_bytes_max + 1);
  if (!server.program.speaks_within(check.patience() * 0.5)) {
    client.send(std::string(message_bytes_max + 1, 'm'));
    const std::string line = server.program.read_line(refused, {{"unbounded_length"}});
    check.fail(refused + " (dès que la longueur est lue)",
               "rien ; et une fois le message là, " + line,
               {{"limit_judged_too_late", contains("au plus")}, {"unbounded_length"}});
  }
  server.program.expect_line(refused, {{"unbounded_length", starts_with("Message 1 : ")}});
  client.expect_closed({{"not_closed_after_too_long"}});
  expect_service(server, "server_ends");
}

TEST_CASE("four gigabytes are refused too") {
  Check check("annoncer le plus long message possible : FF FF FF FF");
  Server server(check);
  Peer client = server.connect();
  client.send(prefix(0xFFFFFFFF), Delivery::byte_by_byte);
  server.program.expect_line(too_long_line(0xFFFFFFFF), {{"unbounded_length"}});
  client.expect_closed({{"not_closed_after_too_long"}});
}

TEST_CASE("a client that leaves in the middle of a message") {
  Check check("finir le flux au milieu d'un message, puis au milieu d'un préfixe");
  Server server(check);
  for (const std::string& beginning : {prefix(7) + "Bon", prefix(7), prefix(7).substr(0, 2)}) {
    Peer client = server.connect({{"server_ends"}});
    client.send(beginning, Delivery::chopped);
    client.half_close();
    server.program.expect_line(unfinished,
                               {{"unfinished_taken_for_whole", starts_with("Message 1 : ")},
                                {"unfinished_not_told", starts_with("Client parti")},
                                {"end_ignored", is_empty()}});
    client.expect_closed({{"end_ignored"}});
  }
  expect_service(server, "server_ends");
}

TEST_CASE("a connection that is cut") {
  Check check("couper brutalement la connexion au milieu d'un message");
  Server server(check);
  Peer client = server.connect();
  client.send(prefix(7) + "Bon", Delivery::chopped);
  client.reset();
  server.program.expect_line("Le client a coupé la connexion.", {{"reset_not_told"}});
  expect_service(server, "server_ends");
}

TEST_CASE("each client's messages are counted from 1") {
  Check check("servir deux clients, l'un après l'autre");
  Server server(check);
  for (int visit = 0; visit < 2; ++visit) {
    Peer client = server.connect({{"server_ends"}});
    client.send(framed("un") + framed("deux"));
    for (int number = 1; number <= 2; ++number) {
      expect_message(server, number, number == 1 ? 2 : 4);
      expect_answer(client, number, number == 1 ? "un" : "deux");
    }
    expect_departure(server, client, 2);
  }
}
