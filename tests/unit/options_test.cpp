#include <algorithm>

#include "support/catch.hpp"
#include "support/process.hpp"

using namespace prise::testing;

namespace {

Finished options_program(const std::vector<std::string>& arguments) {
  Command command;
  command.program = PRISE_OPTIONS_PROGRAM;
  command.arguments = arguments;
  const auto finished = run(command, Seconds(20));
  REQUIRE(finished.has_value());
  return *finished;
}

std::string accepted(const std::vector<std::string>& arguments) {
  const Finished finished = options_program(arguments);
  CHECK(finished.ending.clean());
  return finished.output;
}

// Misuse: status 2, one line in French that tells what is wrong and where help is.
std::string refused(const std::vector<std::string>& arguments) {
  const Finished finished = options_program(arguments);
  CHECK(finished.ending.text() == "terminé avec le statut 2");
  CHECK(std::count(finished.output.begin(), finished.output.end(), '\n') == 1);
  CHECK(finished.output.starts_with("Erreur : "));
  CHECK(finished.output.ends_with(" Voyez --help.\n"));
  return finished.output;
}

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

const std::string defaults =
    "host=127.0.0.1 port=9999 buffer=1024 loss=0.5 no_reuse=false text=Salut ! others=0\n";

}  // namespace

TEST_CASE("without arguments a program has its defaults", "[options]") {
  CHECK(accepted({}) == defaults);
}

TEST_CASE("each option sets its value", "[options]") {
  CHECK(accepted({"--host", "::1", "--port", "1", "--buffer", "10", "--loss", "0.25", "--no-reuse",
                  "--text", "é è", "a", "b"}) ==
        "host=::1 port=1 buffer=10 loss=0.25 no_reuse=true text=é è others=2\n");
  CHECK(accepted({"--port=65535"}).find("port=65535 ") != std::string::npos);
}

TEST_CASE("localhost is 127.0.0.1, as in the notes", "[options]") {
  CHECK(accepted({"--host", "localhost"}) == defaults);
}

TEST_CASE("port 0, and only it, has the chosen port said first", "[options]") {
  CHECK(accepted({"--port", "0"}).starts_with("Port : 4242\nhost="));
  CHECK(accepted({"--port", "9999"}) == defaults);
}

TEST_CASE("what is no port is refused by its name", "[options]") {
  for (const std::string port : {"65536", "70000", "100000", "99999999999999999999", "abc", "-1",
                                 "+1", " 1", "1 ", "1.5", "0x10", "９"}) {
    INFO("port " << port);
    const std::string line = refused({"--port", port});
    CHECK(holds(line, "un port est un nombre de 0 à 65535, pas « " + port + " »."));
    CHECK(refused({"--port=" + port}) == line);
  }
  CHECK(holds(refused({"--port", ""}), "un port est un nombre de 0 à 65535"));
  CHECK(holds(refused({"--port="}), "--port attend une valeur, et une seule."));
}

TEST_CASE("an option that does not exist is refused by its name", "[options]") {
  CHECK(holds(refused({"--frobnicate"}), "--frobnicate"));
  CHECK(holds(refused({"-x"}), "-x"));
}

TEST_CASE("an option without its value is refused", "[options]") {
  CHECK(holds(refused({"--port"}), "--port attend une valeur, et une seule."));
  CHECK(holds(refused({"--host"}), "--host attend une valeur, et une seule."));
}

TEST_CASE("a value that is no number is refused", "[options]") {
  for (const std::string value : {"abc", "-1", "10x", "", "99999999999999999999999"})
    CHECK(holds(refused({"--buffer", value}), "un nombre entier, pas « " + value + " »."));
  refused({"--loss", "beaucoup"});
}

TEST_CASE("control characters in an argument do not reach the terminal", "[options]") {
  CHECK(holds(refused({"--port", "\x1b[31m\n9"}), "\\x1b[31m\\n9"));
}

TEST_CASE("help is in French, on standard output, and no error", "[options]") {
  for (const std::string flag : {"--help", "-h"}) {
    const std::string help = accepted({flag});
    for (const std::string_view part : {"--host", "--port", "9999", "--buffer", "Taille du tampon"})
      CHECK(holds(help, part));
  }
}

TEST_CASE("an option given twice is refused", "[options]") {
  CHECK(holds(refused({"--port", "1", "--port", "2"}), "--port attend une valeur, et une seule."));
}
