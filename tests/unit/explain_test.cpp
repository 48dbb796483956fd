#include "explain.hpp"

#include <netdb.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

#include "net/address.hpp"
#include "support/catch.hpp"
#include "support/process.hpp"

using namespace prise;
using namespace prise::testing;

namespace {

std::string explained(const char* call, int code) {
  return explain(std::system_error(code, std::generic_category(), call));
}

std::string output_of(const std::string& role) {
  Command command;
  command.program = PRISE_FAILING_PROGRAM;
  command.arguments = {role};
  const auto finished = run(command, Seconds(20));
  REQUIRE(finished.has_value());
  CHECK(finished->ending.text() == "terminé avec le statut 1");
  return finished->output;
}

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("what TLS says is told as it is, and a driver without it names the lesson", "[explain]") {
  struct : std::error_category {
    const char* name() const noexcept override { return "tls"; }
    std::string message(int) const override { return "ce fichier manque"; }
  } const tls;
  CHECK(explain(std::system_error(1, tls, "« ca.pem »")) == "« ca.pem » : ce fichier manque.");
  CHECK(holds(explain(std::invalid_argument("wss:// localhost")), "leçon 20"));
}

TEST_CASE("common errors name the call, say what is wrong and what to do", "[explain]") {
  struct Row {
    const char* call;
    int code;
    const char* part;
  };
  for (const Row& row :
       {Row{"connect 127.0.0.1:9999", ECONNREFUSED, "aucun serveur n'écoute là"},
        Row{"bind 127.0.0.1:9999", EADDRINUSE, "ce port est déjà pris"},
        Row{"listen", EADDRINUSE, "ce port est déjà pris"},
        Row{"bind 0.0.0.0:80", EACCES, "réservés"},
        Row{"bind 192.0.2.1:9999", EADDRNOTAVAIL, "pas celle de cette machine"},
        Row{"recv", ECONNRESET, "brutalement"}, Row{"send", EPIPE, "déjà fermé"},
        Row{"recvfrom", ETIMEDOUT, "pas de réponse"}, Row{"sendto 127.0.0.1:9", EMSGSIZE, "65507"},
        Row{"accept", EMFILE, "ulimit -n"}}) {
    const std::string line = explained(row.call, row.code);
    INFO(line);
    CHECK(line.starts_with(std::string(row.call) + " : "));
    CHECK(holds(line, row.part));
    CHECK_FALSE(holds(line, "\n"));
  }
}

TEST_CASE("an error without advice still names the call and the system's words", "[explain]") {
  CHECK(explained("getsockname", ENOTSOCK) ==
        "getsockname : le système répond « " + std::generic_category().message(ENOTSOCK) + " ».");
}

TEST_CASE("a client given port 0 is told what is missing", "[explain]") {
  CHECK(holds(explained("connect 127.0.0.1:0", ECONNREFUSED), "le port 0 ne désigne personne"));
  CHECK_FALSE(holds(explained("connect 127.0.0.1:9990", ECONNREFUSED), "port 0"));
}

TEST_CASE("a name that does not resolve is quoted", "[explain]") {
  const std::system_error error(EAI_NONAME, net::resolver_category(), "getaddrinfo nulle.part");
  CHECK(explain(error).starts_with("« nulle.part » : ce nom ne mène à aucune adresse"));
}

TEST_CASE("what is no IPv4 address is quoted", "[explain]") {
  CHECK(
      explain(std::invalid_argument("ipv4 ici")).starts_with("« ici » n'est pas une adresse IPv4"));
  CHECK(explain(std::runtime_error("autre chose")) == "autre chose");
}

TEST_CASE("an uncaught error ends the program with one line and status 1", "[explain]") {
  CHECK(output_of("system").starts_with(
      "avant\nErreur : connect 127.0.0.1:9999 : connexion refusée"));
  CHECK(output_of("other") == "avant\nErreur : une \\x1b[31mligne\n");
  CHECK(output_of("unknown") ==
        "avant\nErreur : une erreur d'un type inconnu n'a pas été rattrapée.\n");
}

TEST_CASE("an uncaught error in a thread is explained too", "[explain]") {
  CHECK(output_of("thread") == "avant\nErreur : dans un thread\n");
}

TEST_CASE("a thread that nobody joined is named as a likely cause", "[explain]") {
  const std::string output = output_of("not_joined");
  CHECK(output.starts_with("avant\nErreur : "));
  CHECK(holds(output, "join ?\n"));
}
