// Every program of the lessons on the days when something is wrong before it begins: its options,
// its port, its name, its peer that is not there. Each says so in one line and ends as it should.
#include <fstream>
#include <set>

#include "lessons/started_program.hpp"
#include "net/datagram.hpp"
#include "net/stream.hpp"
#include "support/loopback.hpp"

using namespace prise;
using namespace prise::testing;

namespace {

void check_refused(const Row& row, const std::vector<std::string>& arguments,
                   const std::string& part) {
  INFO(row.program << " " << arguments.front() << " « " << arguments.back() << " »");
  const Finished finished = run_to_the_end(row, arguments);
  CHECK(finished.ending.text() == "terminé avec le statut 2");
  CHECK(lines_in(finished.output) == 1);
  CHECK(error_lines_in(finished.output) == 1);
  CHECK(finished.output.find(part) != std::string::npos);
  check_decent(finished.output);
}

void check_fails(const Row& row, const std::vector<std::string>& arguments,
                 const std::string& part) {
  INFO(row.program << " " << arguments.front() << " « " << arguments.back() << " »");
  const Finished finished = run_to_the_end(row, arguments);
  INFO(finished.output);
  CHECK(finished.ending.text() == "terminé avec le statut 1");
  CHECK(error_lines_in(finished.output) == 1);
  CHECK(finished.output.find(part) != std::string::npos);
  // Lesson 04's client says first where it looked.
  if (row.program != "04_addresses/client") CHECK(lines_in(finished.output) == 1);
  check_decent(finished.output);
}

}  // namespace

TEST_CASE("every program of every lesson is in the table", "[bad_days]") {
  std::set<std::string> in_table, in_build;
  for (const Row& row : program_table())
    in_table.insert(row.program);
  std::ifstream file(PRISE_PROGRAMS);
  for (std::string line; std::getline(file, line);)
    in_build.insert(line);
  CHECK(in_table == in_build);
}

TEST_CASE("what is no port is refused", "[bad_days]") {
  for (const Row& row : program_table()) {
    if (row.role == Role::tool) continue;
    for (const std::string port : {"70000", "abc", "-1", ""})
      check_refused(row, {"--port", port},
                    "un port est un nombre de 0 à 65535, pas « " + port + " »");
  }
}

TEST_CASE("an option that does not exist is refused", "[bad_days]") {
  for (const Row& row : program_table())
    check_refused(row, {"--frobnicate"}, "--frobnicate");
}

TEST_CASE("a name that does not resolve is an error in one line", "[bad_days]") {
  for (const Row& row : program_table())
    if (row.role != Role::tool)
      check_fails(row, {"--host", "nulle.part.invalid"}, "« nulle.part.invalid »");
}

TEST_CASE("a port that is taken is an error in one line", "[bad_days]") {
  const net::Listener listener(loopback());
  // Over UDP a server that sets SO_REUSEADDR would share the port of another that does.
  net::Socket datagrams = net::Socket::open(AF_INET, SOCK_DGRAM);
  datagrams.bind(loopback(), net::ReuseAddress::yes);
  for (const Row& row : program_table()) {
    const auto port = is_udp(row) ? datagrams.local_address().port() : listener.address().port();
    if (!is_client(row) && row.role != Role::tool)
      check_fails(row, {"--port", std::to_string(port)}, "ce port est déjà pris");
  }
}

TEST_CASE("a server on an address that is not ours says so", "[bad_days]") {
  for (const Row& row : program_table()) {
    if (is_server(row) && row.arguments.empty())  // 192.0.2.0/24 is nobody's, RFC 5737
      check_fails(row, {"--host", "192.0.2.1"}, "cette adresse n'est pas celle de cette machine");
  }
}

TEST_CASE("a client without a server says so", "[bad_days]") {
  net::Socket taken = net::Socket::open(AF_INET, SOCK_STREAM);  // bound, but nobody listens
  taken.bind(loopback(), net::ReuseAddress::no);
  const std::string port = std::to_string(taken.local_address().port());
  for (const Row& row : program_table())
    if (row.role == Role::tcp_client) {
      const std::string part = row.program == "04_addresses/client"
                                   ? "aucune des adresses trouvées n'a répondu"
                                   : "aucun serveur n'écoute là";
      check_fails(row, {"--port", port}, part);
    }
}

TEST_CASE("a UDP client without a server gives up after its time-out", "[bad_days]") {
  net::Datagrams silent = net::Datagrams::bound_to(loopback());
  Row row{"05_udp_echo/client", Role::udp_client};
  const Finished finished =
      run_to_the_end(row, {"--timeout", "0.1", "--port", std::to_string(silent.address().port())});
  CHECK(finished.ending.text() == "terminé avec le statut 1");
  CHECK(lines_in(finished.output) == 1);
  CHECK(finished.output.starts_with("Aucune réponse après 0.1 s"));
}

TEST_CASE("a client sent to port 0 is told that it is nobody's", "[bad_days]") {
  for (const Row& row : program_table()) {
    if (is_client(row)) check_fails(row, {"--port", "0"}, "port");
  }
}

TEST_CASE("a server on port 0 says first which port it has", "[bad_days]") {
  for (const Row& row : program_table()) {
    if (!is_server(row)) continue;
    INFO(row.program);
    Process first(command_of(row, {"--port", "0"})), second(command_of(row, {"--port", "0"}));
    CHECK(port_said_by(first) != port_said_by(second));
    check_killable(first);
    check_killable(second);
  }
}

TEST_CASE("help is help and no error", "[bad_days]") {
  for (const Row& row : program_table()) {
    INFO(row.program);
    const Finished finished = run_to_the_end(row, {"--help"});
    CHECK(finished.ending.clean());
    CHECK((finished.output.find("--port") != std::string::npos) == (row.role != Role::tool));
  }
}
