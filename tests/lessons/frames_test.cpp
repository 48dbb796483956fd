// Lesson 16's tool frames: bytes in, the grid and the meaning of each field out.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/process.hpp"

using namespace prise::testing;

namespace {

namespace fs = std::filesystem;

Finished frames(const std::vector<std::string>& arguments, std::string_view input = {}) {
  Command command;
  command.program = fs::path(PRISE_BINARY_DIR) / "lessons/16_ws_frames/frames";
  command.arguments = arguments;
  const auto finished = run(command, Seconds(20), input);
  REQUIRE(finished.has_value());
  return *finished;
}

std::string repeated(const std::string& hex, std::size_t count) {
  std::string text;
  while (count-- > 0)
    text += hex;
  return text;
}

struct Row {
  std::string title;
  std::string hex;
  int status;
  std::vector<std::string> lines;  // they stand in the output, in this order
  std::vector<std::string> options = {};
};

// The whole line, or the beginning that ends with "*".
bool fits(const std::string& line, const std::string& wanted) {
  if (wanted.ends_with('*')) return line.starts_with(wanted.substr(0, wanted.size() - 1));
  return line == wanted;
}

void check(const Row& row, const Finished& finished) {
  INFO(row.title << "\n" << finished.output.substr(0, 4000));
  CHECK(finished.ending.status == row.status);
  CHECK(finished.ending.signal == 0);
  std::istringstream output(finished.output);
  std::string line;
  for (const std::string& wanted : row.lines) {
    bool found = false;
    while (!found && std::getline(output, line))
      found = fits(line, wanted);
    INFO("wanted: " << wanted);
    CHECK(found);
  }
}

const std::vector<Row>& rows() {
  static const std::vector<Row> table{
      // RFC 6455 section 5.7, in its order
      {"a single-frame unmasked text message",
       "81 05 48 65 6c 6c 6f",
       0,
       {"Trame 1", "|F|R|R|R|opcode |M|  longueur   |            contenu            |",
        "|1|0|0|0|0 0 0 1|0|0 0 0 0 1 0 1|0 1 0 0 1 0 0 0 0 1 1 0 0 1 0 1|",
        "|      81       |      05       |      48       |      65       |",
        "|                contenu (suite)                |",
        "|0 1 1 0 1 1 0 0 0 1 1 0 1 1 0 0 0 1 1 0 1 1 1 1|",
        "|      6c       |      6c       |      6f       |",
        "  FIN       1        la dernière trame du message", "  opcode    0001     0x1 : texte*",
        "  MASK      0        contenu en clair*", "  longueur  0000101  5 octets de contenu",
        "  contenu   « Hello »"}},
      {"a single-frame masked text message",
       "81 85 37 fa 21 3d 7f 9f 4d 51 58",
       0,
       {"|F|R|R|R|opcode |M|  longueur   |        clé de masquage        |",
        "|    clé de masquage (suite)    |        contenu masqué         |",
        "|            contenu masqué (suite)             |", "  MASK      1        contenu masqué*",
        "  clé       37 fa 21 3d", "    octet 0   7f xor clé[0] 37 = 48  H",
        "    octet 1   9f xor clé[1] fa = 65  e", "    octet 2   4d xor clé[2] 21 = 6c  l",
        "    octet 3   51 xor clé[3] 3d = 6c  l", "    octet 4   58 xor clé[0] 37 = 6f  o",
        "  contenu   « Hello »"}},
      {"a fragmented unmasked text message",
       "01 03 48 65 6c 80 02 6c 6f",
       0,
       {"Trame 1", "  FIN       0        d'autres trames suivent", "  contenu   « Hel »", "",
        "Trame 2", "  FIN       1        la dernière trame du message",
        "  opcode    0000     0x0 : suite*", "  contenu   « lo »"}},
      {"an unmasked Ping",
       "89 05 48 65 6c 6c 6f",
       0,
       {"  opcode    1001     0x9 : contrôle : Ping"}},
      {"an unmasked Ping, and its Pong, masked",
       "89 05 48 65 6c 6c 6f 8a 85 37 fa 21 3d 7f 9f 4d 51 58",
       0,
       {"Trame 1", "  contenu   « Hello »", "Trame 2", "  opcode    1010     0xa : contrôle : Pong",
        "  contenu   « Hello »"}},
      {"256 bytes of binary",
       "82 7e 01 00" + repeated("ab", 256),
       0,
       {"|F|R|R|R|opcode |M|  longueur   |     longueur, sur 16 bits     |",
        "(Le contenu a 240 octets de plus, qui ne sont pas dessinés.)",
        "  opcode    0010     0x2 : binaire",
        "  longueur  1111110  126 : la longueur est dans les 2 octets suivants",
        "            01 00 = 256 octets de contenu", "  contenu   ab ab ab*"}},
      {"64 KiB of binary",
       "82 7f 00 00 00 00 00 01 00 00" + repeated("cd", 65536),
       0,
       {"|F|R|R|R|opcode |M|  longueur   |     longueur, sur 64 bits     |",
        "|                 longueur, sur 64 bits (suite)                 |",
        "| longueur, sur 64 bits (suite) |            contenu            |",
        "  longueur  1111111  127 : la longueur est dans les 8 octets suivants",
        "            00 00 00 00 00 01 00 00 = 65536 octets de contenu"}},

      // other frames that are good
      {"nothing in it",
       "81 00",
       0,
       {"  longueur  0000000  0 octet de contenu", "  contenu   (vide)"}},
      {"a Close with code and reason",
       "88 07 03 e8 61 64 69 65 75",
       0,
       {"  contenu   03 e8 61*", "  code      1000", "  raison    « adieu »"}},
      {"a character cut between two frames",
       "01 01 c3 80 01 a9",
       0,
       {"  contenu   « \\xc3 »", "            un caractère est coupé*", "  contenu   « \\xa9 »"}},
      {"the end of a message whose beginning is not there",
       "80 02 6c 6f",
       0,
       {"  contenu   6c 6f", "            la suite d'un message commencé avant*"}},
      {"a message that is not over", "01 01 41", 0, {"Le message n'est pas fini*"}},
      {"hex in other clothes", "0x81,0x02,0x48:49", 0, {"  contenu   « HI »"}},
      {"a compressed message, where that was agreed",
       "c1 07 f2 48 cd c9 c9 07 00",
       0,
       {"  RSV1-3    100 *", "  contenu   f2 48 cd c9 c9 07 00", "            comprimé*"},
       {"--deflate"}},
      {"a terminal's commands are shown, not obeyed",
       "81 04 1b 5b 32 4a",
       0,
       {"  contenu   « \\x1b[2J »"}},

      // cut
      {"one byte",
       "81",
       1,
       {"|F|R|R|R|opcode |", "|      81       |", "  opcode    0001*",
        "Erreur : trame 1 inachevée : l'en-tête est coupé (RFC 6455 §5.2)."}},
      {"a long length, cut", "81 7e 01", 1, {"Erreur : trame 1 inachevée : l'en-tête est coupé*"}},
      {"a key, cut",
       "81 85 37 fa 21",
       1,
       {"|clé de masquage|", "Erreur : trame 1 inachevée : l'en-tête est coupé*"}},
      {"a payload, cut",
       "81 85 37 fa 21 3d 7f 9f",
       1,
       {"    octet 1   9f xor clé[1] fa = 65  e", "  contenu   48 65",
        "Erreur : trame 1 inachevée : contenu de 5 octets, dont 2 sont là (RFC 6455 §5.2)."}},
      {"the second frame, cut", "81 00 81", 1, {"Erreur : trame 2 inachevée : *"}},
      {"2^62 bytes announced",
       "82 7f 40 00 00 00 00 00 00 00",
       1,
       {"            40 00 00 00 00 00 00 00 = 4611686018427387904 octets de contenu",
        "Erreur : trame 1 inachevée : *"}},

      // forbidden
      {"RSV1", "c1 00", 1, {"  RSV1-3    100 *", "Erreur : trame 1 interdite : un bit réservé*"}},
      {"RSV3", "91 00", 1, {"Erreur : trame 1 interdite : un bit réservé*"}},
      {"opcode 3",
       "83 00",
       1,
       {"  opcode    0011     0x3 : réservé*",
        "Erreur : trame 1 interdite : cet opcode n'existe pas (RFC 6455 §5.2)."}},
      {"opcode 15", "8f 00", 1, {"Erreur : trame 1 interdite : cet opcode*"}},
      {"a Ping in pieces",
       "09 00",
       1,
       {"Erreur : trame 1 interdite : une trame de contrôle ne se coupe pas : *"}},
      {"a Ping of 126 bytes",
       "89 7e 00 7e" + repeated("00", 126),
       1,
       {"Erreur : trame 1 interdite : une trame de contrôle porte 125 octets au plus (RFC 6455 "
        "§5.5)."}},
      {"125 in two bytes",
       "82 7e 00 7d",
       1,
       {"            00 7d = 125 octets de contenu",
        "Erreur : trame 1 interdite : cette longueur s'écrit en moins d'octets (RFC 6455 §5.2)."}},
      {"65535 in eight bytes",
       "82 7f 00 00 00 00 00 00 ff ff",
       1,
       {"*", "Erreur : trame 1 inter*"}},
      {"2^63",
       "82 7f 80 00 00 00 00 00 00 00",
       1,
       {"Erreur : trame 1 interdite : le premier bit d'une longueur de 64 bits doit être 0*"}},
      {"a text within a text",
       "01 01 41 81 01 42",
       1,
       {"Trame 2",
        "Erreur : trame 2 interdite : un message commence avant la fin du précédent (RFC "
        "6455 §5.4)."}},
      {"a continuation of nothing",
       "81 01 41 80 01 42",
       1,
       {"Erreur : trame 2 interdite : la suite d'un message qui n'a pas commencé*"}},
      {"a text that is not UTF-8",
       "81 02 c3 28",
       1,
       {"  contenu   « \\xc3( »",
        "Erreur : trame 1 interdite : ce texte n'est pas de l'UTF-8 (RFC 6455 §8.1)."}},
      {"a text that ends within a character",
       "81 01 c3",
       1,
       {"Erreur : trame 1 interdite : ce t*"}},
      {"a Close of one byte",
       "88 01 03",
       1,
       {"Erreur : trame 1 interdite : un code de fermeture*"}},
      {"a Close with 1005",
       "88 02 03 ed",
       1,
       {"Erreur : trame 1 interdite : ce code de fermeture*"}},
      {"a client that does not mask",
       "81 00",
       1,
       {"Erreur : trame 1 interdite : un client doit masquer toutes ses trames (RFC 6455 §5.1)."},
       {"--from", "client"}},
      {"a server that masks",
       "81 80 00 00 00 00",
       1,
       {"Erreur : trame 1 interdite : un serveur ne doit masquer aucune trame (RFC 6455 §5.1)."},
       {"--from", "server"}},
      {"RSV1 on a Ping", "c9 00", 1, {"Erreur : trame 1 interdite : RSV1 n'a*"}, {"--deflate"}},
  };
  return table;
}

// As they are.
std::string bytes_of(const std::string& hex) {
  std::string digits;
  for (std::size_t at = 0; at < hex.size(); ++at) {
    if (hex.compare(at, 2, "0x") == 0)
      ++at;
    else if (std::isxdigit(static_cast<unsigned char>(hex[at])) != 0)
      digits += hex[at];
  }
  std::string bytes;
  for (std::size_t at = 0; at < digits.size(); at += 2)
    bytes += static_cast<char>(std::stoi(digits.substr(at, 2), nullptr, 16));
  return bytes;
}

std::string lines_without(const std::string& output, std::string_view beginning) {
  std::istringstream lines(output);
  std::string kept;
  for (std::string line; std::getline(lines, line);)
    if (!line.starts_with(beginning)) kept += line + "\n";
  return kept;
}

}  // namespace

TEST_CASE("frames draws and explains what its arguments say", "[frames][rfc6455][5.7]") {
  for (const Row& row : rows()) {
    std::vector<std::string> arguments = row.options;
    if (row.hex.size() < 100'000) {
      arguments.push_back(row.hex);
      check(row, frames(arguments));
    } else {
      check(row, frames(arguments, row.hex));  // an argument has 128 KiB at most (execve(2))
    }
  }
}

TEST_CASE("frames reads the same from standard input, in hex or as it is", "[frames]") {
  for (const Row& row : rows()) {
    check(row, frames(row.options, row.hex + "\n"));
    check(row, frames(row.options, bytes_of(row.hex)));
  }
}

TEST_CASE("frames reads a file, in hex or as it is", "[frames]") {
  std::string folder = (fs::temp_directory_path() / "prise-frames-XXXXXX").string();
  REQUIRE(::mkdtemp(folder.data()) != nullptr);
  const fs::path file = fs::path(folder) / "enregistrement";
  const Row& row = rows()[1];
  for (const std::string& content : {row.hex, bytes_of(row.hex)}) {
    std::ofstream(file, std::ios::binary) << content;
    check(row, frames({"--file", file.string()}));
  }
  fs::remove_all(folder);
}

TEST_CASE("what frames cannot read is one line and status 2", "[frames]") {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"8"},
                                             {"81 0g"},
                                             {""},
                                             {"--file", "/nulle/part"},
                                             {"--file", "/"},
                                             {"--from", "nobody", "8100"}}) {
    const Finished finished = frames(arguments);
    INFO(arguments.front() << "\n" << finished.output);
    CHECK(finished.ending.status == 2);
    CHECK(std::count(finished.output.begin(), finished.output.end(), '\n') == 1);
    CHECK(finished.output.starts_with("Erreur : "));
  }
}

TEST_CASE("frames takes no more than a mebibyte", "[frames]") {
  const Finished finished = frames({}, std::string(3 << 20, '\xff'));
  CHECK(finished.ending.status == 2);
  CHECK(finished.output == "Erreur : plus d'un mébioctet (1048576 octets).\n");
}

TEST_CASE("a frame that is wrong is one line after its drawing", "[frames]") {
  for (const Row& row : rows()) {
    if (row.status != 1) continue;
    std::vector<std::string> arguments = row.options;
    arguments.push_back(row.hex);
    const Finished finished = frames(arguments);
    INFO(row.title << "\n" << finished.output);
    CHECK(finished.output.find("+-+-+-+-+-------+") != std::string::npos);
    const std::string rest = lines_without(finished.output, "Erreur : ");
    CHECK(std::count(rest.begin(), rest.end(), '\n') + 1 ==
          std::count(finished.output.begin(), finished.output.end(), '\n'));
    CHECK(finished.output.find("(RFC 6455 §") + finished.output.find("(RFC 7692 §") !=
          2 * std::string::npos);
  }
}

TEST_CASE("no bytes harm frames", "[frames]") {
  std::uint32_t state = 16;
  for (int round = 0; round < 60; ++round) {
    std::string bytes;
    for (std::uint32_t i = 0; i < 3u + static_cast<std::uint32_t>(round); ++i) {
      state = state * 1664525 + 1013904223;
      bytes += static_cast<char>(state >> 24);
    }
    const Finished finished = frames({}, bytes);
    INFO(finished.output.substr(0, 2000));
    CHECK(finished.ending.signal == 0);
    CHECK(finished.ending.status <= 2);
    CHECK(finished.output.find("Sanitizer") == std::string::npos);
  }
}
