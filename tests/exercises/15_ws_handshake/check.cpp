// Exercise 15: a server's opening handshake, RFC 6455 section 4.2.
#include <openssl/evp.h>

#include <array>
#include <map>

#include "exercises/support/check.hpp"
#include "support/catch.hpp"

using namespace prise::check;

namespace {

// --- the check's own proof ---------------------------------------------------------------------

const std::string guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const std::string sample_key = "dGhlIHNhbXBsZSBub25jZQ==";  // section 1.3

std::string sha1(const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned count = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &count, EVP_sha1(), nullptr);
  return {digest.begin(), digest.begin() + count};
}

std::string base64(const std::string& bytes) {
  static const std::string alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto at = [&](std::size_t j) {
      return i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U;
    };
    const unsigned group = at(0) << 16 | at(1) << 8 | at(2);
    for (std::size_t j = 0; j < 4; ++j)
      text += i + j > bytes.size() ? '=' : alphabet[group >> (18 - 6 * j) & 63];
  }
  return text;
}

std::string hex(const std::string& bytes) {
  std::string text;
  for (const char byte : bytes)
    for (const int shift : {4, 0})
      text += "0123456789abcdef"[static_cast<unsigned char>(byte) >> shift & 15];
  return text;
}

struct Key {
  std::string nonce;  // 16 bytes
  std::string text() const { return base64(nonce); }
  std::string proof() const { return base64(sha1(text() + guid)); }
};

Key random_key(Check& check) {
  Key key;
  while (key.nonce.size() < 16)
    key.nonce += static_cast<char>(check.random()());
  return key;
}

Guesses guesses_of_proof(const Key& key) {
  const std::string digest = sha1(key.text() + guid);
  return {{"guid_missing", equals(base64(sha1(key.text())))},
          {"hex_not_base64", equals(hex(digest))},
          {"hex_not_base64", equals(base64(hex(digest)))},
          {"key_decoded_first", equals(base64(sha1(key.nonce + guid)))},
          {"key_not_hashed", equals(base64(key.text() + guid))},
          {"key_not_hashed", equals(key.text())}};
}

// --- requests and answers ----------------------------------------------------------------------

using Fields = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string first_line = "GET /chat HTTP/1.1";
  Fields fields;

  explicit Request(const std::string& key = sample_key)
      : fields{{"Host", "exemple.fr"},
               {"Upgrade", "websocket"},
               {"Connection", "Upgrade"},
               {"Sec-WebSocket-Key", key},
               {"Sec-WebSocket-Version", "13"}} {}

  Request& set(const std::string& name, const std::string& value) {
    for (auto& field : fields)
      if (field.first == name) {
        field.second = value;
        return *this;
      }
    fields.emplace_back(name, value);
    return *this;
  }
  Request& add(const std::string& name, const std::string& value) {
    fields.emplace_back(name, value);
    return *this;
  }
  Request& remove(const std::string& name) {
    std::erase_if(fields, [&](const auto& field) { return field.first == name; });
    return *this;
  }
  std::string text() const {
    std::string bytes = first_line + "\r\n";
    for (const auto& [name, value] : fields)
      bytes += name + ": " + value + "\r\n";
    return bytes + "\r\n";
  }
};

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return text;
}

struct Answer {
  std::string first_line;
  std::map<std::string, std::string> fields;  // by their names in lower case

  std::string field(const std::string& name) const {
    const auto found = fields.find(name);
    return found == fields.end() ? "(absent)" : found->second;
  }
};

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

  std::string line_of(Peer& client, const std::string& expected, const Guesses& guesses) {
    std::string line = client.receive_line(expected, guesses);
    if (!line.ends_with('\r'))
      check_->fail("une ligne finie par \\r\\n", line, {{"line_end_without_cr"}});
    line.pop_back();
    return line;
  }

  // The head of the answer; its first line must begin as said.
  Answer answer(Peer& client, const std::string& beginning, const Guesses& guesses) {
    Answer answer;
    answer.first_line = line_of(client, beginning, guesses);
    if (!answer.first_line.starts_with(beginning))
      check_->fail(beginning, answer.first_line, guesses);
    while (true) {
      const std::string line =
          line_of(client, "la suite de l'en-tête, et la ligne vide qui le termine",
                  {{"empty_line_missing"}});
      if (line.empty()) return answer;
      const std::size_t colon = line.find(": ");
      if (colon == std::string::npos) check_->fail("« Nom: valeur »", line, {});
      answer.fields[lower(line.substr(0, colon))] = line.substr(colon + 2);
    }
  }

  Check* check_;
  Program program;
  std::uint16_t port;
};

// The request is accepted, with the proof for this key.
Answer expect_accepted(Check& check, Server& server, Peer& client, const Key& key,
                       const std::string& mistake = "") {
  Guesses guesses{{"answer_not_sent", is_empty()}};
  if (!mistake.empty()) guesses = {{mistake}};
  const Answer answer = server.answer(client, "HTTP/1.1 101 ", guesses);
  if (lower(answer.field("upgrade")) != "websocket")
    check.fail("Upgrade: websocket", "Upgrade: " + answer.field("upgrade"), {{"upgrade_not_said"}});
  if (lower(answer.field("connection")) != "upgrade")
    check.fail("Connection: Upgrade", "Connection: " + answer.field("connection"),
               {{"upgrade_not_said"}});
  const std::string proof = answer.field("sec-websocket-accept");
  if (proof != key.proof()) {
    Guesses of_proof;
    for (const Guess& guess : guesses_of_proof(key))
      if (guess.fits(proof)) of_proof.push_back({guess.mistake});
    check.fail("Sec-WebSocket-Accept: " + key.proof(), "Sec-WebSocket-Accept: " + proof, of_proof);
  }
  server.program.expect_line("Accepté : " + key.proof());
  return answer;
}

void expect_departure(Server& server, Peer& client, std::size_t bytes,
                      const std::string& mistake = "end_ignored") {
  client.half_close();
  server.program.expect_line("Octets après la demande : " + std::to_string(bytes),
                             {{"end_ignored", is_empty()}, {mistake}});
  client.expect_closed({{"end_ignored"}});
}

void expect_refused(Server& server, const std::string& request, int status,
                    const std::string& mistake, Delivery delivery = Delivery::plain) {
  Peer client = server.connect({{"server_ends"}});
  client.send(request, delivery);
  const std::string number = std::to_string(status);
  // Silence is the likely mistake's doing only where it is that mistake.
  const bool silence = mistake == "malformed_not_refused";
  const Guesses guesses =
      silence ? Guesses{{mistake}} : Guesses{{"answer_not_sent", is_empty()}, {mistake}};
  const Answer answer = server.answer(client, "HTTP/1.1 " + number + " ", guesses);
  if (status == 426 && answer.field("sec-websocket-version") != "13")
    server.check_->fail("Sec-WebSocket-Version: 13",
                        "Sec-WebSocket-Version: " + answer.field("sec-websocket-version"),
                        {{"version_not_named"}});
  server.program.expect_line("Refusé : " + number, {{mistake}});
  client.receive_to_end(64 * 1024, {{"refusal_not_closed"}});
}

void expect_service(Check& check, Server& server, const std::string& mistake) {
  const Key key = random_key(check);
  Peer client = server.connect({{mistake}});
  client.send(Request(key.text()).text());
  expect_accepted(check, server, client, key);
  expect_departure(server, client, 0);
}

}  // namespace

TEST_CASE("the key of the RFC is answered with its proof") {
  Check check("demander un WebSocket avec la clé d'exemple de la RFC 6455");
  Server server(check);
  Peer client = server.connect();
  client.send(Request().text());
  expect_accepted(check, server, client, {"the sample nonce"});
  expect_departure(server, client, 0);
}

TEST_CASE("each key has its own proof") {
  Check check("trois clients l'un après l'autre, chacun avec une clé tirée au hasard");
  Server server(check);
  for (int i = 0; i < 3; ++i)
    expect_service(check, server, "server_ends");
}

TEST_CASE("names of fields are compared without regard to case") {
  Check check("écrire les noms des en-têtes en minuscules, puis en majuscules");
  Server server(check);
  for (const bool upper : {false, true}) {
    const Key key = random_key(check);
    Request request(key.text());
    for (auto& [name, value] : request.fields) {
      name = lower(name);
      if (upper)
        for (char& c : name)
          if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    }
    Peer client = server.connect();
    client.send(request.text());
    expect_accepted(check, server, client, key, "header_names_case_sensitive");
    expect_departure(server, client, 0);
  }
}

TEST_CASE("so are websocket and Upgrade") {
  Check check("écrire « Upgrade: WebSocket » et « Connection: upgrade »");
  Server server(check);
  const Key key = random_key(check);
  Peer client = server.connect();
  client.send(Request(key.text()).set("Upgrade", "WebSocket").set("Connection", "upgrade").text());
  expect_accepted(check, server, client, key, "header_values_case_sensitive");
  expect_departure(server, client, 0);
}

TEST_CASE("Connection is a list") {
  Check check("demander comme Firefox : « Connection: keep-alive, Upgrade »");
  Server server(check);
  const Key key = random_key(check);
  Peer client = server.connect();
  client.send(Request(key.text())
                  .set("Connection", "keep-alive, Upgrade")
                  .add("User-Agent", check.random_text(40))
                  .add("Origin", "http://exemple.fr")
                  .text());
  expect_accepted(check, server, client, key, "connection_keep_alive_upgrade_refused");
  expect_departure(server, client, 0);
}

TEST_CASE("a request in pieces is one") {
  Check check("envoyer la demande octet par octet, puis en morceaux");
  Server server(check);
  for (const Delivery delivery : {Delivery::byte_by_byte, Delivery::chopped}) {
    const Key key = random_key(check);
    Peer client = server.connect();
    client.send(Request(key.text()).add("User-Agent", check.random_text(20)).text(), delivery);
    expect_accepted(check, server, client, key, "split_request_hangs");
    expect_departure(server, client, 0);
  }
}

TEST_CASE("what comes with the request is not lost") {
  Check check("envoyer des octets collés à la demande, puis d'autres");
  Server server(check);
  const std::string early = check.random_text(20), late = check.random_text(50);
  for (const std::string& more : {std::string(), late}) {
    const Key key = random_key(check);
    Peer client = server.connect();
    client.send(Request(key.text()).text() + early);
    expect_accepted(check, server, client, key);
    if (!more.empty()) client.send(more, Delivery::chopped);
    expect_departure(server, client, early.size() + more.size(), "bytes_after_head_lost");
  }
}

TEST_CASE("another version is told which one would do") {
  Check check("demander la version 8, puis ne pas dire de version");
  Server server(check);
  expect_refused(server, Request().set("Sec-WebSocket-Version", "8").text(), 426,
                 "version_unchecked");
  expect_refused(server, Request().remove("Sec-WebSocket-Version").text(), 426,
                 "version_unchecked");
  expect_service(check, server, "server_ends");
}

TEST_CASE("a request without key is refused") {
  Check check("demander comme les notes, sans Sec-WebSocket-Key");
  Server server(check);
  expect_refused(server, Request().remove("Sec-WebSocket-Key").text(), 400, "key_unchecked");
}

TEST_CASE("a key is 16 bytes in base64, and there is one") {
  Check check("envoyer des clés qui n'en sont pas, puis deux clés");
  Server server(check);
  for (const std::string key : {"", "abc", "dGhlIHNhbXBsZSBub25j", "dGhlIHNhbXBsZSBub25jZSE=",
                                "dGhlIHNhbXBsZSBub25jZSBlc3Q=", "dGhlIHNhbXBsZSBub2*jZQ=="})
    expect_refused(server, Request(key).text(), 400, "key_not_16_bytes_accepted");
  expect_refused(server, Request().add("Sec-WebSocket-Key", sample_key).text(), 400,
                 "key_repeated_accepted");
}

TEST_CASE("what asks for no WebSocket is refused") {
  Check check("envoyer une demande sans Upgrade, puis vers autre chose");
  Server server(check);
  expect_refused(server, Request().remove("Upgrade").text(), 426, "upgrade_unchecked");
  expect_refused(server, Request().set("Upgrade", "h2c").text(), 426, "upgrade_unchecked");
  expect_refused(server, Request().remove("Connection").text(), 400, "connection_unchecked");
  expect_refused(server, Request().set("Connection", "keep-alive").text(), 400,
                 "connection_unchecked");
}

TEST_CASE("a token is compared whole") {
  Check check("écrire « Upgrade: websockets » et « Connection: Upgrade-Insecure-Requests »");
  Server server(check);
  expect_refused(server, Request().set("Upgrade", "websockets").text(), 426,
                 "part_of_a_token_accepted");
  expect_refused(server, Request().set("Connection", "Upgrade-Insecure-Requests").text(), 400,
                 "part_of_a_token_accepted");
}

TEST_CASE("only GET, only HTTP/1.1, and with a Host") {
  Check check("envoyer POST, HTTP/1.0, puis une demande sans Host");
  Server server(check);
  Request post, old;
  post.first_line = "POST /chat HTTP/1.1";
  old.first_line = "GET /chat HTTP/1.0";
  expect_refused(server, post.text(), 405, "method_unchecked");
  expect_refused(server, old.text(), 400, "http_version_unchecked");
  expect_refused(server, Request().remove("Host").text(), 400, "host_unchecked");
}

TEST_CASE("a subprotocol is chosen among those offered, or none") {
  Check check("proposer des sous-protocoles, ou aucun");
  Server server(check);
  struct Row {
    std::string offered, chosen;
  };
  for (const Row& row : {Row{"", "(absent)"}, Row{"soap, wamp", "(absent)"}, Row{"chat", "chat"},
                         Row{"superchat, chat", "chat"}, Row{"superchat", "(absent)"}}) {
    const Key key = random_key(check);
    Request request(key.text());
    if (!row.offered.empty()) request.add("Sec-WebSocket-Protocol", row.offered);
    Peer client = server.connect();
    client.send(request.text());
    const Answer answer = expect_accepted(check, server, client, key);
    const std::string chosen = answer.field("sec-websocket-protocol");
    if (chosen != row.chosen)
      check.fail("Sec-WebSocket-Protocol: " + row.chosen, "Sec-WebSocket-Protocol: " + chosen,
                 {{row.chosen == "chat" ? "subprotocol_ignored" : "subprotocol_invented"}});
    expect_departure(server, client, 0);
  }
}

TEST_CASE("what is no request is refused") {
  Check check("envoyer autre chose qu'une demande HTTP");
  Server server(check);
  expect_refused(server, "Bonjour !\r\n\r\n", 400, "malformed_not_refused");
}

TEST_CASE("a head without end is refused") {
  Check check("envoyer 40000 octets d'en-têtes, sans ligne vide");
  Server server(check);
  std::string endless = "GET /chat HTTP/1.1\r\n";
  while (endless.size() < 40000)
    endless += "X-Encore: " + std::string(50, 'x') + "\r\n";
  Peer client = server.connect();
  client.send(endless);
  server.answer(client, "HTTP/1.1 431 ", {{"malformed_not_refused"}});
  server.program.expect_line("Refusé : 431", {{"malformed_not_refused"}});
  client.half_close();
  client.receive_to_end(
      64 * 1024, {{"refusal_cut_by_reset", [&](auto) { return client.end() == StreamEnd::reset; }},
                  {"refusal_not_closed"}});
  expect_service(check, server, "server_ends");
}

TEST_CASE("a client that leaves in the middle of its request") {
  Check check("finir le flux au milieu de la demande");
  Server server(check);
  const std::string request = Request().text();
  for (const std::size_t bytes : {std::size_t{0}, request.size() / 2, request.size() - 1}) {
    Peer client = server.connect({{"server_ends"}});
    client.send(request.substr(0, bytes), Delivery::chopped);
    client.half_close();
    server.program.expect_line("Le client est parti avant la fin de sa demande.",
                               {{"end_in_request_ignored"}});
    client.expect_closed({{"end_in_request_ignored"}});
  }
  expect_service(check, server, "server_ends");
}
