// Exercise 14: an HTTP server with one text, that answers also what it refuses.
#include "exercises/support/check.hpp"

#include <algorithm>

#include "support/catch.hpp"

using namespace prise::check;

namespace {

constexpr std::size_t head_bytes_max = 8192;

const std::string good = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
const std::string last = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

enum class After { keep_open, close };

struct Expected {
  std::string status;
  After after = After::close;
  std::string body = {};
};

// UTF-8: every byte but those that continue a letter.
std::size_t letters(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

bool equal_ignoring_case(std::string_view left, std::string_view right) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [lower](char a, char b) { return lower(a) == lower(b); });
}

std::string listed(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines)
    text += (text.empty() ? "" : ", ") + shown_bytes(line);
  return text;
}

struct Server {
  explicit Server(Check& its_check)
      : check(its_check),
        text(check.random_text(20) + "é" + check.random_text(5)),
        program(check.start({"--port", "0", "--text", text})),
        port(program.read_port()) {
    program.expect_line("Serveur HTTP en écoute sur le port " + std::to_string(port) + "...");
  }

  Peer connect(const Guesses& guesses = {}) { return check.connect(port, guesses); }
  Expected ok(After after = After::keep_open) const { return {"200 OK", after, text}; }

  // The whole response, and what the program says of it. mistakes: likely ones, judged by the first
  // line, which is empty where none came.
  void expect(Peer& client, const Expected& expected, const Guesses& mistakes = {}) {
    const std::string wanted = "HTTP/1.1 " + expected.status;
    const std::string first = take_line(client, wanted, mistakes);
    check.require(first == wanted, shown_bytes(wanted + "\r"), shown_bytes(first + "\r"), mistakes);
    std::vector<std::string> fields;
    for (std::string line = take_line(client, "un en-tête, ou la ligne vide"); !line.empty();
         line = take_line(client, "un en-tête, ou la ligne vide"))
      fields.push_back(line);
    expect_length(fields, expected.body);
    if (!expected.body.empty()) client.expect_bytes(expected.body);
    if (expected.status.starts_with("405"))
      check.require(value_of(fields, "Allow") == "GET", "l'en-tête Allow: GET", listed(fields),
                    {{"no_allow"}});
    if (expected.after == After::close) {
      // With another status than 200 the rule was seen, and the end alone forgotten.
      const Guesses closing =
          with(expected.status.starts_with("200") ? mistakes : Guesses{}, "close_not_said");
      check.require(equal_ignoring_case(value_of(fields, "Connection"), "close"),
                    "l'en-tête Connection: close, car la connexion sera fermée", listed(fields),
                    closing);
      expect_end(client, expected.status.starts_with("200") ? mistakes : Guesses{});
    }
    program.expect_line("Réponse : " + expected.status);
  }

  // A client that asks well, and is answered: the server still works.
  void expect_service(const std::string& mistake) {
    Peer client = connect({{mistake}});
    client.send(last);
    expect(client, ok(After::close), {{mistake}});
  }

  Check& check;
  std::string text;
  Program program;
  std::uint16_t port;

private:
  static Guesses with(Guesses guesses, const std::string& otherwise) {
    guesses.push_back({otherwise});
    return guesses;
  }

  static std::string value_of(const std::vector<std::string>& fields, std::string_view name) {
    for (const std::string& field : fields) {
      const std::size_t colon = field.find(':');
      if (colon == std::string::npos || !equal_ignoring_case(field.substr(0, colon), name))
        continue;
      const std::size_t begin = field.find_first_not_of(' ', colon + 1);
      return begin == std::string::npos ? "" : field.substr(begin);
    }
    return {};
  }

  std::string take_line(Peer& client, const std::string& wanted, const Guesses& mistakes = {}) {
    std::string line = client.receive_line(shown_bytes(wanted + "\r\n"), mistakes);
    check.require(line.ends_with('\r'), "une ligne finie par \\r\\n", shown_bytes(line + "\n"),
                  {{"line_feed_only"}});
    line.pop_back();
    return line;
  }

  void expect_length(const std::vector<std::string>& fields, const std::string& body) {
    const std::string wanted = std::to_string(body.size());
    const std::string length = value_of(fields, "Content-Length");
    check.require(
        length == wanted, "l'en-tête Content-Length: " + wanted + ", le nombre d'octets du corps",
        listed(fields),
        {{"no_length", [&](auto) { return length.empty(); }},
         {"characters_counted", [&](auto) { return length == std::to_string(letters(body)); }},
         {"wrong_length"}});
  }

  void expect_end(Peer& client, const Guesses& mistakes) {
    client.expect_closed(
        {{"extra_bytes", [](auto more) { return !more.empty() && !more.starts_with("HTTP/"); }},
         {mistakes.empty() ? "not_closed" : mistakes.back().mistake}});
    client.close();  // the server waits for it, so as to lose nothing
  }
};

// A head of exactly so many bytes, its empty line included.
std::string head_of(std::size_t bytes) {
  const std::string begin = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Long: ";
  const std::string end = "\r\n\r\n";
  return begin + std::string(bytes - begin.size() - end.size(), 'x') + end;
}

// Each request, on a connection of its own, is refused; and the server goes on.
void expect_refusals(Server& server, const std::vector<std::string>& requests,
                     const std::string& status, const std::string& mistake) {
  for (const std::string& request : requests) {
    Peer client = server.connect({{"bad_request_ends_server"}});
    client.send(request);
    const auto server_is_gone = [&](std::string_view answer) {
      return answer.empty() && client.end() != StreamEnd::open &&
             server.program.process().wait(prise::testing::within(Seconds(0.3))).has_value();
    };
    server.expect(client, {status}, {{"bad_request_ends_server", server_is_gone}, {mistake}});
  }
  server.expect_service("bad_request_ends_server");
}

}  // namespace

TEST_CASE("GET is answered with the text and its length in bytes") {
  Check check("demander GET /");
  Server server(check);
  Peer client = server.connect();
  client.send(good);
  server.expect(client, server.ok(), {{"no_answer", is_empty()}});
  const std::string more = client.receive_some(100, Seconds(0));
  check.require(more.empty(), "rien après le corps de la réponse", shown_bytes(more),
                {{"extra_bytes"}});
}

TEST_CASE("a connection serves several requests, until the client wants no more") {
  Check check("demander GET / trois fois sur une connexion, la dernière avec Connection: close");
  Server server(check);
  Peer client = server.connect();
  client.send(good);
  server.expect(client, server.ok());
  client.send(good);
  server.expect(client, server.ok(),
                {{"closes_always", [&](auto) { return client.end() != StreamEnd::open; }},
                 {"extra_bytes", contains("HTTP/")}});
  client.send(last);
  server.expect(client, server.ok(After::close), {{"close_ignored"}});
}

TEST_CASE("in HTTP/1.0 a connection serves one request") {
  Check check("demander GET / en HTTP/1.0, sans Host");
  Server server(check);
  Peer client = server.connect();
  client.send("GET / HTTP/1.0\r\n\r\n");
  server.expect(client, server.ok(After::close), {{"http10_kept_open"}});
}

TEST_CASE("a request that comes in pieces") {
  Check check("envoyer la requête octet par octet, puis en morceaux");
  Server server(check);
  Peer client = server.connect();
  client.send(good, Delivery::byte_by_byte);
  server.expect(client, server.ok(), {{"one_recv"}});
  client.send(good, Delivery::chopped);
  server.expect(client, server.ok(), {{"one_recv"}});
}

TEST_CASE("several requests at once") {
  Check check("envoyer trois requêtes d'un seul coup, puis le début d'une quatrième");
  Server server(check);
  Peer client = server.connect();
  const std::size_t middle = 1 + check.random()() % (last.size() - 1);
  client.send(good + good + good + last.substr(0, middle));
  server.expect(client, server.ok());
  for (int i = 0; i < 2; ++i)
    server.expect(client, server.ok(), {{"rest_lost"}});
  client.send(last.substr(middle));
  server.expect(client, server.ok(After::close), {{"rest_lost"}});
}

TEST_CASE("names of fields in any case") {
  Check check("écrire les noms des en-têtes en majuscules, puis en minuscules");
  Server server(check);
  Peer client = server.connect();
  client.send("GET / HTTP/1.1\r\nHOST: localhost\r\n\r\n");
  server.expect(client, server.ok(), {{"names_with_case"}});
  client.send("GET / HTTP/1.1\r\nhost:localhost\r\nconnection: Close\r\n\r\n");
  server.expect(client, server.ok(After::close), {{"names_with_case"}});
}

TEST_CASE("what is not there is 404, and the connection goes on") {
  Check check("demander GET /ailleurs, puis GET / sur la même connexion");
  Server server(check);
  Peer client = server.connect();
  client.send("GET /ailleurs HTTP/1.1\r\nHost: localhost\r\n\r\n");
  server.expect(client, {"404 Not Found", After::keep_open}, {{"target_ignored"}});
  client.send(good);
  server.expect(client, server.ok(), {{"not_found_closes"}});
}

TEST_CASE("methods other than GET are refused") {
  Check check("demander POST, HEAD, puis une méthode qui n'existe pas");
  Server server(check);
  const std::string rest = " / HTTP/1.1\r\nHost: localhost\r\n";
  expect_refusals(server,
                  {"POST" + rest + "Content-Length: 3\r\n\r\nabc", "HEAD" + rest + "\r\n",
                   "DANSE" + rest + "\r\n", "get" + rest + "\r\n"},
                  "405 Method Not Allowed", "method_ignored");
}

TEST_CASE("what is no request is refused") {
  Check check("envoyer ce qui n'est pas une requête HTTP");
  Server server(check);
  expect_refusals(
      server,
      {"BONJOUR\r\n\r\n", "GET /\r\nHost: localhost\r\n\r\n",
       "GET  / HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET / SALUT/1.1\r\nHost: localhost\r\n\r\n",
       "GET / HTTP/1.1 encore\r\nHost: localhost\r\n\r\n",
       "GET / HTTP/1.1\r\nHost: localhost\r\nsans deux-points\r\n\r\n",
       "GET / HTTP/1.1\r\nHost : localhost\r\n\r\n"},
      "400 Bad Request", "malformed_accepted");
}

TEST_CASE("a request without Host, or with two, is refused") {
  Check check("demander GET / en HTTP/1.1, sans Host, puis avec deux");
  Server server(check);
  expect_refusals(server, {"GET / HTTP/1.1\r\nAccept: */*\r\n\r\n"}, "400 Bad Request",
                  "host_not_required");
  expect_refusals(server, {"GET / HTTP/1.1\r\nHost: un\r\nHost: deux\r\n\r\n"}, "400 Bad Request",
                  "two_hosts_accepted");
}

TEST_CASE("other versions are refused") {
  Check check("demander GET / en HTTP/2.0, et dans une version future");
  Server server(check);
  expect_refusals(server, {"GET / HTTP/2.0\r\nHost: localhost\r\n\r\n", "GET / HTTP/9.1\r\n\r\n"},
                  "505 HTTP Version Not Supported", "version_not_checked");
}

TEST_CASE("a line without CR is refused at once") {
  Check check("finir les lignes par \\n seul");
  Server server(check);
  expect_refusals(server,
                  {"GET / HTTP/1.1\nHost: localhost\n\n", "GET / HTTP/1.1\r\nHost: localhost\n"},
                  "400 Bad Request", "bare_line_feed");
}

TEST_CASE("a request with a body is refused") {
  Check check("glisser une seconde requête dans le corps d'un GET");
  Server server(check);
  const std::string head = "GET / HTTP/1.1\r\nHost: localhost\r\n";
  expect_refusals(server,
                  {head + "Content-Length: " + std::to_string(good.size()) + "\r\n\r\n" + good,
                   head + "transfer-encoding: chunked\r\n\r\n0\r\n\r\n"},
                  "400 Bad Request", "body_taken_for_request");
}

TEST_CASE("a head that is too long is refused before it ends") {
  Check check("envoyer une tête de 8192 octets, puis une autre qui n'en finit pas");
  Server server(check);
  Peer client = server.connect();
  client.send(head_of(head_bytes_max));
  server.expect(client, server.ok(After::close), {{"limit_off_by_one"}});
  expect_refusals(server, {head_of(head_bytes_max + 4).substr(0, head_bytes_max)},
                  "431 Request Header Fields Too Large", "head_unbounded");
}

TEST_CASE("a client that leaves in the middle") {
  Check check("partir au milieu d'une requête, puis couper la connexion");
  Server server(check);
  Peer first = server.connect();
  first.send(good.substr(0, 20));
  first.half_close();
  first.expect_closed({{"end_ignored"}});
  Peer second = server.connect({{"end_ignored"}});
  second.send(good.substr(0, 20));
  second.reset();
  server.expect_service("lost_client_ends_server");
}
