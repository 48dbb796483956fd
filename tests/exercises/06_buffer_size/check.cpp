// Exercise 06: a stream cut into chunks of exactly N bytes, whatever the sender's rhythm.
#include "exercises/support/check.hpp"

#include "support/catch.hpp"
#include "visible_text.hpp"

using namespace prise::check;

namespace {

const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

struct Server {
  Server(Check& check, std::vector<std::string> options)
      : program(check.start([&] {
          options.insert(options.begin(), {"--port", "0"});
          return options;
        }())),
        port(program.read_port()) {
    program.expect_line("Serveur en écoute sur le port " + std::to_string(port) + "...");
  }

  Program program;
  std::uint16_t port;
};

std::string chunk_line(std::size_t number, const std::string& chunk) {
  return "Chunk " + std::to_string(number) + " : " + prise::visible_text(chunk);
}

std::string total_line(std::size_t bytes, std::size_t chunks) {
  return "Octets : " + std::to_string(bytes) + ", chunks : " + std::to_string(chunks);
}

// The line begins as it should, and goes on.
auto longer_than(std::string line) {
  return [line](std::string_view actual) {
    return actual.starts_with(line) && actual.size() > line.size();
  };
}

// The line stops before it should.
auto is_start_of(std::string line) {
  return [line](std::string_view actual) { return !actual.empty() && line.starts_with(actual); };
}

void expect_full_chunk(Program& server, std::size_t number, const std::string& chunk) {
  const std::string line = chunk_line(number, chunk);
  server.expect_line(line, {{"buffer_option_ignored", longer_than(line)},
                            {"counts_from_zero", equals(chunk_line(number - 1, chunk))},
                            {"empty_last_chunk", equals(chunk_line(number, ""))},
                            {"full_buffer_taken_for_end", starts_with("Octets : ")},
                            {"one_recv_one_chunk", is_start_of(line)},
                            {"reads_all_first", is_empty()}});
}

void expect_last_chunk(Program& server, std::size_t number, const std::string& chunk) {
  const std::string line = chunk_line(number, chunk);
  server.expect_line(line, {{"stale_bytes", longer_than(line)},
                            {"counts_from_zero", equals(chunk_line(number - 1, chunk))},
                            {"last_chunk_lost", starts_with("Octets : ")},
                            {"one_recv_one_chunk", is_start_of(line)},
                            {"end_ignored", is_empty()}});
}

void expect_total(Program& server, std::size_t bytes, std::size_t chunks) {
  server.expect_line(total_line(bytes, chunks),
                     {{"empty_last_chunk", starts_with(chunk_line(chunks + 1, ""))},
                      {"total_not_counted", starts_with("Octets : ")},
                      {"end_ignored", is_empty()}});
  server.expect_end(0, {{"end_ignored"}});
}

// Every chunk of the stream, the total and the end.
void expect_all(Program& server, const std::string& stream, std::size_t buffer_bytes) {
  const std::size_t full = stream.size() / buffer_bytes;
  for (std::size_t i = 0; i < full; ++i)
    expect_full_chunk(server, i + 1, stream.substr(i * buffer_bytes, buffer_bytes));
  const std::string rest = stream.substr(full * buffer_bytes);
  if (!rest.empty()) expect_last_chunk(server, full + 1, rest);
  expect_total(server, stream.size(), full + (rest.empty() ? 0 : 1));
}

}  // namespace

TEST_CASE("three bytes, one by one, are one chunk") {
  Check check("envoyer ABC, une lettre à la fois, tampon de 10 octets");
  Server server(check, {});
  Peer client = check.connect(server.port);
  client.send("ABC", Delivery::byte_by_byte);
  client.half_close();
  const std::string line = server.program.read_line(chunk_line(1, "ABC"), {{"end_ignored"}});
  if (line == chunk_line(1, "A")) {  // what comes next tells one recv from one recv for each chunk
    const std::string next = server.program.read_line("la suite");
    check.fail(chunk_line(1, "ABC"), line + ", puis " + next,
               {{"no_loop", contains("Octets : ")}, {"one_recv_one_chunk"}});
  }
  check.require(line == chunk_line(1, "ABC"), chunk_line(1, "ABC"), line,
                {{"stale_bytes", longer_than(chunk_line(1, "ABC"))},
                 {"counts_from_zero", equals(chunk_line(0, "ABC"))},
                 {"last_chunk_lost", starts_with("Octets : ")}});
  expect_total(server.program, 3, 1);
}

TEST_CASE("the alphabet in one send, ten bytes at a time") {
  Check check("envoyer les 26 lettres en une fois, tampon de 10 octets");
  Server server(check, {});
  Peer client = check.connect(server.port);
  client.send(alphabet);
  client.half_close();
  expect_all(server.program, alphabet, 10);
}

TEST_CASE("--buffer says how long a chunk is") {
  Check check("envoyer les 26 lettres en une fois, --buffer 7");
  Server server(check, {"--buffer", "7"});
  Peer client = check.connect(server.port);
  client.send(alphabet);
  client.half_close();
  expect_all(server.program, alphabet, 7);
}

TEST_CASE("a stream that is a multiple of the buffer has no empty chunk") {
  Check check("envoyer 20 octets, tampon de 10 octets");
  Server server(check, {"--buffer", "10"});
  Peer client = check.connect(server.port);
  client.send(alphabet.substr(0, 20));
  client.half_close();
  expect_all(server.program, alphabet.substr(0, 20), 10);
}

TEST_CASE("a client that sends nothing has no chunk") {
  Check check("se connecter et finir le flux sans rien envoyer");
  Server server(check, {"--buffer", "10"});
  Peer client = check.connect(server.port);
  client.half_close();
  expect_total(server.program, 0, 0);
}

TEST_CASE("the alphabet byte by byte gives the same lines") {
  Check check("envoyer les 26 lettres une par une, tampon de 10 octets");
  Server server(check, {"--buffer", "10"});
  Peer client = check.connect(server.port);
  client.send(alphabet, Delivery::byte_by_byte);
  client.half_close();
  expect_all(server.program, alphabet, 10);
}

TEST_CASE("a chunk is shown as soon as it is full") {
  Check check("envoyer un morceau entier, puis attendre de le voir avant d'envoyer la suite");
  Server server(check, {"--buffer", "5"});
  Peer client = check.connect(server.port);
  client.send("Bonjo");
  expect_full_chunk(server.program, 1, "Bonjo");
  client.send("ur à ", Delivery::chopped);
  expect_full_chunk(server.program, 2, "ur \xC3\xA0");
  client.send("tous", Delivery::chopped);
  expect_full_chunk(server.program, 3, " tous");
  client.half_close();
  expect_total(server.program, 15, 3);
}

TEST_CASE("one byte at a time") {
  Check check("envoyer « été » avec --buffer 1");
  Server server(check, {"--buffer", "1"});
  Peer client = check.connect(server.port);
  client.send("été");
  client.half_close();
  expect_all(server.program, "été", 1);
}

TEST_CASE("a buffer larger than the stream gives one chunk") {
  Check check("envoyer un texte en morceaux, avec un tampon plus grand que lui");
  Server server(check, {"--buffer", "4096"});
  const std::string text = check.random_text(300);
  Peer client = check.connect(server.port);
  client.send(text, Delivery::chopped);
  client.half_close();
  expect_all(server.program, text, 4096);
}

TEST_CASE("any byte, the zero too") {
  Check check("envoyer des octets quelconques, dont des zéros, avec --buffer 16");
  Server server(check, {"--buffer", "16"});
  std::string bytes = check.random_text(20) + '\0';
  for (int i = 0; i < 40; ++i)
    bytes += static_cast<char>(check.random()() % 256);
  Peer client = check.connect(server.port);
  client.send(bytes, Delivery::chopped);
  client.half_close();
  const std::size_t full = bytes.size() / 16;
  for (std::size_t i = 0; i * 16 < bytes.size(); ++i) {
    const std::string line = chunk_line(i + 1, bytes.substr(i * 16, 16));
    server.program.expect_line(line, {{"nul_truncates", is_start_of(line)}});
  }
  expect_total(server.program, bytes.size(), full + (bytes.size() % 16 == 0 ? 0 : 1));
}

TEST_CASE("a random stream, in random pieces, in chunks of a random size") {
  Check check("envoyer un long texte en morceaux, avec un tampon tiré au hasard");
  const std::size_t buffer_bytes = 2 + check.random()() % 60;
  const std::string text = check.random_text(400 + check.random()() % 200);
  Server server(check, {"--buffer", std::to_string(buffer_bytes)});
  Peer client = check.connect(server.port);
  client.send(text, Delivery::chopped);
  client.half_close();
  expect_all(server.program, text, buffer_bytes);
}

TEST_CASE("a connection that is cut") {
  Check check("couper brutalement la connexion au milieu d'un morceau");
  Server server(check, {"--buffer", "10"});
  Peer client = check.connect(server.port);
  client.send("ABCDEFGHIJKLMN", Delivery::chopped);
  expect_full_chunk(server.program, 1, "ABCDEFGHIJ");
  client.reset();
  server.program.expect_line("Le client a coupé la connexion après 14 octets.",
                             {{"reset_taken_for_end", starts_with("Chunk 2 : ")},
                              {"reset_taken_for_end", starts_with("Octets : ")},
                              {"reset_not_told", contains("Erreur : ")},
                              {"reset_not_told", is_empty()}});
  server.program.expect_end(1,
                            {{"reset_taken_for_end", starts_with("Octets : ")}, {"reset_status"}});
}
