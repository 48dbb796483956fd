// Exercise 04: every address of every HOST:PORT in turn, until one answers.
#include "exercises/support/check.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "exercises/support/sockets.hpp"
#include "support/catch.hpp"

using namespace prise::check;

namespace {

// No name server is ever asked for a name with an empty part.
const std::string no_such_name = "machine..invalid";
const std::string nobody = "Personne n'a répondu.";

std::uint16_t swapped(std::uint16_t port) {
  return static_cast<std::uint16_t>(port << 8 | port >> 8);
}

// A port that its two bytes, put the wrong way round, do not give back.
Door listen_on_telling_port(Check& check) {
  while (true) {
    Door door = check.listen();
    if (swapped(door.port()) != door.port()) return door;
  }
}

std::string ipv4(std::uint16_t port) {
  return "('127.0.0.1', " + std::to_string(port) + ")";
}
std::string ipv6(std::uint16_t port) {
  return "('::1', " + std::to_string(port) + ", 0, 0)";
}
std::string connected(const std::string& address) {
  return "Essai de " + address + " : connecté";
}
std::string failed(const std::string& address, int error = ECONNREFUSED) {
  return "Essai de " + address + " : échec (" + std::generic_category().message(error) + ")";
}
std::string with_port(const std::string& host, unsigned port) {
  return host + ":" + std::to_string(port);
}
std::string malformed(const std::string& argument) {
  return argument + " : il faut HÔTE:PORT, avec un port de 1 à 65535";
}

// The program has said that it is connected: the server speaks, and the program says what.
void speak(Check& check, Program& client, Door& door) {
  Peer server = door.accept();
  const std::string text = check.random_text(60);
  server.send(text, Delivery::chopped);
  server.close();
  client.expect_line("Le serveur dit : " + text, {{"nothing_read", equals("Le serveur dit : ")},
                                                  {"one_recv", starts_with("Le serveur dit : ")},
                                                  {"nothing_read", is_empty()}});
  client.expect_end(0, {{"goes_on_after_success", contains("Essai de")},
                        {"goes_on_after_success", contains(nobody)}});
}

// The same list as the program should get: ::1 and 127.0.0.1, in this machine's order.
std::vector<int> loopback_families() {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(nullptr, "1", &hints, &found) != 0) return {};
  std::vector<int> families;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next)
    families.push_back(one->ai_family);
  ::freeaddrinfo(found);
  return families;
}

// Why a connection fails here; 0 when it does not.
int connect_error(Check& check, const std::string& host, std::uint16_t port) {
  const int fd = connect_to(host, port, check.deadline());
  if (fd == -1) return errno;
  ::close(fd);
  return 0;
}

// Reads « machine..invalid : aucune adresse (…) », whatever the reason, if it is a resolver's.
void expect_no_address(Check& check, Program& client) {
  const std::string beginning = no_such_name + " : aucune adresse (";
  const std::string expected =
      beginning + gai_strerror(EAI_NONAME) + "), ou une autre raison de gai_strerror";
  const std::string line = client.read_line(expected);
  constexpr std::array codes{EAI_NONAME, EAI_AGAIN,  EAI_FAIL,    EAI_FAMILY,
                             EAI_MEMORY, EAI_SYSTEM, EAI_SERVICE, -5 /* EAI_NODATA */};
  const bool known = std::any_of(codes.begin(), codes.end(), [&](int code) {
    return line == beginning + gai_strerror(code) + ")";
  });
  check.require(known, expected, shown_bytes(line),
                {{"errno_for_getaddrinfo", contains(beginning)},
                 {"errno_for_getaddrinfo", contains("Success")},
                 {"gives_up_on_name", contains("Erreur")}});
}

}  // namespace

TEST_CASE("one address that answers") {
  Check check("joindre un serveur qui répond, et lire ce qu'il dit");
  Door door = listen_on_telling_port(check);
  Program client = check.start({with_port("127.0.0.1", door.port())});
  client.expect_line(connected(ipv4(door.port())),
                     {{"no_htons", contains(" " + std::to_string(swapped(door.port())) + ")")},
                      {"not_split", contains("aucune adresse")}});
  speak(check, client, door);
}

TEST_CASE("one address that refuses") {
  Check check("joindre un port où personne n'écoute");
  const std::uint16_t port = check.closed_port();
  Program client = check.start({with_port("127.0.0.1", port)});
  client.expect_line(failed(ipv4(port)));
  client.expect_line(
      nobody, {{"no_socktype", equals(failed(ipv4(port)))}, {"nobody_not_said", is_empty()}});
  client.expect_end(1, {{"wrong_status", is_empty()}});
}

TEST_CASE("three arguments, the second answers") {
  Check check("trois HÔTE:PORT : le premier refuse, le deuxième répond");
  const std::uint16_t closed = check.closed_port();
  Door door = check.listen(), other = check.listen();
  Program client = check.start({with_port("127.0.0.1", closed), with_port("127.0.0.1", door.port()),
                                with_port("127.0.0.1", other.port())});
  client.expect_line(failed(ipv4(closed)));
  client.expect_line(connected(ipv4(door.port())), {{"first_argument_only", equals(nobody)},
                                                    {"first_argument_only", is_empty()}});
  speak(check, client, door);
  check.require(other.nobody_within(Seconds(0)), "aucun autre essai, une fois connecté",
                "le troisième serveur a eu une connexion aussi", {{"goes_on_after_success"}});
}

TEST_CASE("a name without an address is no reason to stop") {
  Check check("un nom qui ne mène nulle part, puis un serveur qui répond");
  Door door = check.listen();
  Program client =
      check.start({with_port(no_such_name, 9999), with_port("127.0.0.1", door.port())});
  expect_no_address(check, client);
  client.expect_line(connected(ipv4(door.port())),
                     {{"gives_up_on_name", equals(nobody)}, {"gives_up_on_name", is_empty()}});
  speak(check, client, door);
}

TEST_CASE("an IPv6 address, in brackets") {
  Check check("joindre une adresse IPv6, écrite entre crochets");
  try {
    Door door = check.listen("::1");
    Program client = check.start({with_port("[::1]", door.port())});
    client.expect_line(connected(ipv6(door.port())),
                       {{"first_colon", contains("il faut HÔTE:PORT")},
                        {"first_colon", starts_with("[ : ")},
                        {"brackets_kept", starts_with("[::1] : aucune adresse")},
                        {"ipv4_only", starts_with("::1 : aucune adresse")}});
    speak(check, client, door);
  } catch (const std::system_error&) {
    SUCCEED("this machine has no IPv6");
  }
}

TEST_CASE("every address of one name") {
  Check check("un hôte vide, donc cette machine, en IPv6 et en IPv4 : la première adresse refuse");
  const std::vector<int> families = loopback_families();
  if (families.size() < 2) return;  // this machine has one address only
  const bool ipv6_first = families.front() == AF_INET6;
  Door door = check.listen(ipv6_first ? "127.0.0.1" : "::1");
  const std::uint16_t port = door.port();
  const std::string first_host = ipv6_first ? "::1" : "127.0.0.1";
  const std::string first = ipv6_first ? ipv6(port) : ipv4(port);
  const std::string second = ipv6_first ? ipv4(port) : ipv6(port);
  const int error = connect_error(check, first_host, port);
  if (error == 0) return;  // another program listens there, by chance
  Program client = check.start({with_port("", port)});
  client.expect_line(failed(first, error), {{"ipv4_only", equals(connected(ipv4(port)))},
                                            {"empty_host", contains("aucune adresse")},
                                            {"empty_host", contains("il faut HÔTE:PORT")},
                                            {"empty_host", contains("0.0.0.0")}});
  client.expect_line(connected(second), {{"no_socktype", equals(failed(first, error))},
                                         {"first_address_only", equals(nobody)},
                                         {"first_address_only", is_empty()}});
  speak(check, client, door);
}

TEST_CASE("arguments that are no HOST:PORT") {
  Check check("des arguments qui ne sont pas HÔTE:PORT, puis un serveur qui répond");
  Door door = check.listen();
  const std::uint16_t port = door.port();
  const std::vector<std::string> wrong{
      with_port("127.0.0.1", 65536U + port),  // in sixteen bits, the door's own port
      with_port("127.0.0.1", port) + "x", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1"};
  std::vector<std::string> arguments = wrong;
  arguments.push_back(with_port("127.0.0.1", port));
  Program client = check.start(arguments);
  for (const std::string& argument : wrong)
    client.expect_line(malformed(argument), {{"port_not_checked", starts_with("Essai de")},
                                             {"port_not_checked", contains("aucune adresse")},
                                             {"gives_up_on_malformed", is_empty()},
                                             {"gives_up_on_malformed", equals(nobody)},
                                             {"gives_up_on_malformed", contains("Erreur")}});
  client.expect_line(connected(ipv4(port)), {{"gives_up_on_malformed", is_empty()}});
  speak(check, client, door);
}

TEST_CASE("sockets that did not connect are closed") {
  Check check("douze essais qui échouent, puis un qui réussit : combien de sockets restent ?");
  const std::uint16_t closed = check.closed_port();
  Door door = check.listen();
  std::vector<std::string> arguments(12, with_port("127.0.0.1", closed));
  arguments.push_back(with_port("127.0.0.1", door.port()));
  std::array<std::size_t, 2> open{};
  for (const bool many : {false, true}) {
    Program client = check.start(many ? arguments : std::vector{arguments.back()});
    for (int i = 0; many && i < 12; ++i)
      client.expect_line(failed(ipv4(closed)));
    client.expect_line(connected(ipv4(door.port())));
    open[many] = client.descriptors();
    speak(check, client, door);
  }
  check.require(open[1] < open[0] + 6,
                std::to_string(open[0]) + " descripteurs ouverts, comme sans les échecs",
                std::to_string(open[1]) + " descripteurs ouverts", {{"socket_leaked"}});
}
