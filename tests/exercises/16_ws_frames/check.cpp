// Exercise 16: frames, written and read in any pieces, RFC 6455 section 5.
#include "exercises/support/check.hpp"
#include "support/catch.hpp"

using namespace prise::check;

namespace {

// --- the check's own frames --------------------------------------------------------------------

const std::string key = "\x37\xfa\x21\x3d";

std::string big_endian(std::uint64_t number, int bytes) {
  std::string out;
  while (bytes-- > 0)
    out += static_cast<char>(number >> (8 * bytes) & 0xFF);
  return out;
}

std::string masked(std::string payload, const std::string& with = key) {
  for (std::size_t i = 0; i < payload.size(); ++i)
    payload[i] = static_cast<char>(payload[i] ^ with[i % 4]);
  return payload;
}

// wide: in how many bytes the length is written, 0 (in the second byte), 2 or 8.
std::string head(int first, int mask_bit, std::uint64_t length, int wide) {
  const int second = wide == 0 ? static_cast<int>(length) : wide == 2 ? 126 : 127;
  return std::string{static_cast<char>(first), static_cast<char>(mask_bit | second)} +
         big_endian(length, wide);
}

int wide_of(std::uint64_t length) {
  return length <= 125 ? 0 : length <= 65535 ? 2 : 8;
}

std::string from_client(int first, const std::string& payload) {
  return head(first, 0x80, payload.size(), wide_of(payload.size())) + key + masked(payload);
}

std::string from_server(int first, const std::string& payload) {
  return head(first, 0, payload.size(), wide_of(payload.size())) + payload;
}

std::string frame_line(int first, std::size_t bytes) {
  return "Trame : FIN " + std::to_string(first >> 7) + ", opcode " + std::to_string(first & 15) +
         ", " + std::to_string(bytes) + " octets";
}

std::string some_bytes(Check& check, std::size_t count) {
  std::string bytes;
  while (bytes.size() < count)
    bytes += static_cast<char>(check.random()());
  return bytes;
}

// Long payloads are letters: easier to read where they are shown.
std::string some_letters(Check& check, std::size_t count) {
  std::string letters;
  while (letters.size() < count)
    letters += static_cast<char>('a' + check.random()() % 26);
  return letters;
}

int byte_at(std::string_view bytes, std::size_t at) {
  return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : -1;
}

// --- the student's server ----------------------------------------------------------------------

// Up to the empty line.
void read_head(Peer& peer) {
  while (peer.receive_line("la tête HTTP, que l'exercice envoie déjà") != "\r") {
  }
}

struct Server {
  explicit Server(Check& check)
      : check_(&check), program(check.start({"--port", "0"})), port(program.read_port()) {
    program.expect_line("Serveur en écoute sur le port " + std::to_string(port) + "...");
  }

  Peer connect() {
    Peer client = check_->connect(port);
    program.expect_line("Connexion de " + client.own_address());
    client.send(
        "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
    read_head(client);
    return client;
  }

  Check* check_;
  Program program;
  std::uint16_t port;
};

// Sends a frame; a short one is also shown in hex, as the lesson's tool takes it.
void send_frame(Check& check, Peer& peer, const std::string& frame) {
  constexpr std::size_t bytes_shown_max = 32;
  peer.send(frame);
  if (frame.size() > bytes_shown_max) return;
  std::string hex;
  for (const char byte : frame)
    for (const int shift : {4, 0})
      hex += "0123456789abcdef"[static_cast<unsigned char>(byte) >> shift & 15];
  check.note("(pour voir cette trame : ./prise run 16 frames " + hex + ")");
}

// What a frame that the student wrote, of this payload, gives away.
Guesses guesses_of_bytes(const std::string& payload, int mask_bit) {
  const std::size_t length = payload.size();
  const int right = wide_of(length) == 0   ? static_cast<int>(length)
                    : wide_of(length) == 2 ? 126
                                           : 127;
  const auto second = [](std::string_view bytes) { return byte_at(bytes, 1); };
  const auto little = [length](std::string_view bytes) {
    const auto wide = static_cast<std::size_t>(wide_of(length));
    std::string backwards = big_endian(length, static_cast<int>(wide));
    backwards = {backwards.rbegin(), backwards.rend()};
    return wide != 0 && bytes.substr(2, wide) == backwards;
  };
  return {{"answer_not_sent", is_empty()},
          {mask_bit == 0 ? "server_masks" : "client_unmasked",
           [=](auto bytes) { return (second(bytes) & 0x80) != mask_bit; }},
          {"wrong_boundary",
           [=](auto bytes) {
             const bool edge = length == 125 || length == 126 || length == 65535 || length == 65536;
             return edge && (second(bytes) & 0x7F) != right;
           }},
          {"wrong_boundary",
           [=](auto bytes) {
             return length == 126 && bytes.substr(2, 2) != big_endian(length, 2) && !little(bytes);
           }},
          {"lengths_126_127_swapped",
           [=](auto bytes) { return length > 125 && (second(bytes) & 0x7F) == (right ^ 1); }},
          {"little_endian_length", little},
          {"fin_not_written", [](auto bytes) { return (byte_at(bytes, 0) & 0x80) == 0; }}};
}

void expect_echo(Server& server, Peer& client, int first, const std::string& payload,
                 const std::string& mistake = "") {
  const std::size_t whole = from_client(first, payload).size();
  Guesses of_line{{"head_in_payload", contains(", " + std::to_string(whole) + " octets")},
                  {"lengths_126_127_swapped", contains("Refusé : 1009")},
                  {"good_frame_refused", contains("Refusé")},
                  {"frame_not_seen", is_empty()}};
  if (!mistake.empty()) of_line = {{mistake}};
  server.program.expect_line(frame_line(first, payload.size()), of_line);
  Guesses of_bytes = guesses_of_bytes(payload, 0);
  if (!payload.empty())
    of_bytes.push_back({"mask_not_removed", [&](auto bytes) {
                          return bytes.substr(0, from_server(first, payload).size()) ==
                                 from_server(first, masked(payload));
                        }});
  if (!mistake.empty()) of_bytes = {{mistake}};
  client.expect_bytes(from_server(first, payload), of_bytes);
}

void expect_refused(Server& server, const std::string& frame, int code,
                    const std::string& mistake) {
  Peer client = server.connect();
  send_frame(*server.check_, client, frame);
  server.program.expect_line("Refusé : " + std::to_string(code), {{mistake}});
  client.expect_bytes(from_server(0x88, big_endian(static_cast<std::uint64_t>(code), 2)));
  client.half_close();
  client.expect_closed();
}

}  // namespace

TEST_CASE("a short text comes back, not masked") {
  Check check("envoyer un texte masqué, et le recevoir en clair");
  Server server(check);
  Peer client = server.connect();
  send_frame(check, client, from_client(0x81, "Bonjour"));
  expect_echo(server, client, 0x81, "Bonjour");
}

TEST_CASE("frames of every kind come back as they were") {
  Check check("envoyer des trames de toutes sortes, l'une après l'autre");
  Server server(check);
  Peer client = server.connect();
  struct Row {
    int first;
    std::size_t bytes;
  };
  for (const Row& row :
       {Row{0x82, 20}, Row{0x01, 3}, Row{0x00, 4}, Row{0x80, 5}, Row{0x81, 0}, Row{0x8A, 100}}) {
    const std::string payload = some_bytes(check, row.bytes);
    send_frame(check, client, from_client(row.first, payload));
    expect_echo(server, client, row.first, payload);
  }
  client.send(from_client(0x88, "\x03\xe8"));
  expect_echo(server, client, 0x88, "\x03\xe8");
  client.half_close();
  client.expect_closed();
}

TEST_CASE("two frames in one send are two") {
  Check check("envoyer trois trames en un seul send");
  Server server(check);
  Peer client = server.connect();
  client.send(from_client(0x81, "un") + from_client(0x81, "deux") + from_client(0x81, "trois"));
  for (const char* text : {"un", "deux", "trois"})
    expect_echo(server, client, 0x81, text, "second_frame_lost");
}

TEST_CASE("a payload in pieces is unmasked as a whole") {
  Check check("envoyer l'en-tête d'une trame, puis son contenu octet par octet");
  Server server(check);
  Peer client = server.connect();
  const std::string payload = some_bytes(check, 30), frame = from_client(0x82, payload);
  client.send(frame.substr(0, 6));
  client.send(frame.substr(6), Delivery::byte_by_byte);
  server.program.expect_line(frame_line(0x82, payload.size()), {{"one_recv_one_frame"}});
  client.expect_bytes(from_server(0x82, payload), {{"mask_index_reset"}});
}

TEST_CASE("a length in two bytes") {
  Check check("envoyer un contenu de 300 octets");
  Server server(check);
  Peer client = server.connect();
  const std::string payload = some_letters(check, 300);
  client.send(from_client(0x82, payload));
  server.program.expect_line(frame_line(0x82, 300),
                             {{"lengths_126_127_swapped", contains("Refusé : 1009")},
                              {"lengths_126_127_swapped", contains("Refusé : 1002")},
                              {"little_endian_length"}});
  client.expect_bytes(from_server(0x82, payload), guesses_of_bytes(payload, 0));
}

TEST_CASE("a head in pieces is one") {
  Check check("envoyer deux trames octet par octet, en-têtes compris");
  Server server(check);
  Peer client = server.connect();
  const std::string small = some_bytes(check, 5), large = some_bytes(check, 130);
  const std::string frames = from_client(0x82, small) + from_client(0x82, large);
  const std::size_t heads = frames.size() - large.size();
  client.send(frames.substr(0, heads), Delivery::byte_by_byte);
  client.send(frames.substr(heads));
  expect_echo(server, client, 0x82, small, "head_read_short");
  expect_echo(server, client, 0x82, large, "head_read_short");
}

TEST_CASE("a length in eight bytes") {
  Check check("envoyer un contenu de 70000 octets");
  Server server(check);
  Peer client = server.connect();
  const std::string payload = some_letters(check, 70000);
  client.send(from_client(0x82, payload));
  server.program.expect_line(frame_line(0x82, 70000), {{"little_endian_length"}});
  client.expect_bytes(from_server(0x82, payload), guesses_of_bytes(payload, 0));
}

TEST_CASE("the lengths where the form changes") {
  Check check("envoyer des contenus de 125, 126, 127, 65535 et 65536 octets");
  Server server(check);
  Peer client = server.connect();
  for (const std::size_t bytes : {125, 126, 127, 65535, 65536}) {
    const std::string payload = some_letters(check, bytes);
    client.send(from_client(0x82, payload));
    server.program.expect_line(frame_line(0x82, bytes), {{"wrong_boundary"}});
    client.expect_bytes(from_server(0x82, payload), guesses_of_bytes(payload, 0));
  }
}

TEST_CASE("frames cut anywhere") {
  Check check("envoyer des trames découpées au hasard, et parfois collées");
  Server server(check);
  Peer client = server.connect();
  std::vector<std::string> payloads;
  std::string bytes;
  for (int i = 0; i < 6; ++i) {
    payloads.push_back(some_bytes(check, check.random()() % 400));
    bytes += from_client(0x82, payloads.back());
  }
  client.send(bytes, Delivery::chopped);
  for (const std::string& payload : payloads)
    expect_echo(server, client, 0x82, payload);
}

TEST_CASE("a client that does not mask is refused") {
  Check check("envoyer une trame qui n'est pas masquée");
  Server server(check);
  expect_refused(server, from_server(0x81, "Bonjour"), 1002, "server_accepts_unmasked");
}

TEST_CASE("reserved bits are refused") {
  Check check("envoyer des trames où un bit réservé vaut 1");
  Server server(check);
  for (const int first : {0xC1, 0xA1, 0x91})
    expect_refused(server, from_client(first, "Bonjour"), 1002, "reserved_bit_accepted");
}

TEST_CASE("reserved opcodes are refused") {
  Check check("envoyer des trames dont l'opcode n'existe pas");
  Server server(check);
  for (const int first : {0x83, 0x87, 0x8B, 0x8F})
    expect_refused(server, from_client(first, "Bonjour"), 1002, "reserved_opcode_accepted");
}

TEST_CASE("a control frame is not cut") {
  Check check("envoyer un Ping et un Close sans FIN");
  Server server(check);
  for (const int first : {0x09, 0x08})
    expect_refused(server, from_client(first, "\x03\xe8"), 1002, "control_fragmented_accepted");
}

TEST_CASE("a control frame holds 125 bytes at most") {
  Check check("envoyer un Ping de 126 octets");
  Server server(check);
  expect_refused(server, from_client(0x89, std::string(126, 'p')), 1002,
                 "control_over_125_accepted");
  Peer client = server.connect();
  const std::string payload(125, 'p');
  client.send(from_client(0x89, payload));
  server.program.expect_line(frame_line(0x89, 125), {{"ping_of_125_refused"}});
  client.expect_bytes(from_server(0x8A, payload));
}

TEST_CASE("a length takes the shortest form") {
  Check check("écrire des longueurs dans une forme trop longue");
  Server server(check);
  const std::string small(125, 'a'), large(65535, 'b');
  for (const std::string& frame :
       {head(0x82, 0x80, 5, 2) + key + masked("Salut"), head(0x82, 0x80, 125, 2) + key + small,
        head(0x82, 0x80, 5, 8) + key + masked("Salut"), head(0x82, 0x80, 65535, 8) + key + large})
    expect_refused(server, frame, 1002, "longer_form_accepted");
}

TEST_CASE("a length of 2^63 is no length") {
  Check check("annoncer 2^63 octets, puis 2^64 - 1");
  Server server(check);
  for (const std::uint64_t length : {std::uint64_t{1} << 63, ~std::uint64_t{0}})
    expect_refused(server, head(0x82, 0x80, length, 8) + key, 1002, "length_2_63_accepted");
}

TEST_CASE("a payload over the limit is refused on its head") {
  Check check("annoncer un mébioctet et un octet, sans en envoyer un seul");
  Server server(check);
  expect_refused(server, head(0x82, 0x80, (1 << 20) + 1, 8) + key, 1009, "limit_judged_too_late");
  expect_refused(server, head(0x82, 0x80, std::uint64_t{1} << 62, 8), 1009,
                 "limit_judged_too_late");
}

TEST_CASE("the longest payload that is allowed") {
  Check check("envoyer un mébioctet");
  Server server(check);
  Peer client = server.connect();
  const std::string payload(1 << 20, 'm');
  client.send(from_client(0x82, payload));
  server.program.expect_line(frame_line(0x82, payload.size()), {{"limit_off_by_one"}});
  client.expect_bytes(from_server(0x82, payload));
}

TEST_CASE("a refusal is for good") {
  Check check("envoyer une trame interdite, et une bonne juste derrière");
  Server server(check);
  Peer client = server.connect();
  client.send(from_client(0x83, "non") + from_client(0x81, "oui"));
  server.program.expect_line("Refusé : 1002", {{"reserved_opcode_accepted"}});
  client.expect_bytes(from_server(0x88, "\x03\xea"));
  client.half_close();
  client.expect_closed({{"goes_on_after_refusal"}});
}

// --- the student's client ----------------------------------------------------------------------

namespace {

struct Client {
  Client(Check& check, const std::vector<std::string>& messages)
      : door(check.listen()), program(start(check, messages)), server(door.accept()) {
    read_head(server);
    server.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n");
  }

  Program start(Check& check, std::vector<std::string> messages) const {
    messages.insert(messages.begin(), {"--port", std::to_string(door.port()), "--connect", "--"});
    return check.start(messages);
  }

  // The payload of the next frame that the client sends, which must be a text of these bytes.
  void expect_text(Check& check, const std::string& text) {
    const std::string beginning = head(0x81, 0x80, text.size(), wide_of(text.size()));
    Guesses guesses = guesses_of_bytes(text, 0x80);
    server.expect_bytes(beginning, guesses);
    const std::string with =
        server.receive_exactly(4, "la clé, de quatre octets", {{"key_missing"}});
    const std::string payload = server.receive_exactly(
        text.size(), "le contenu masqué, " + std::to_string(text.size()) + " octets",
        {{"key_missing"}});
    if (masked(payload, with) != text)
      check.fail(shown_bytes(masked(text, with)), shown_bytes(payload),
                 {{payload == text ? "key_without_masking" : "wrong_mask"}});
  }

  Door door;
  Program program;
  Peer server;
};

}  // namespace

TEST_CASE("a client masks what it sends") {
  Check check("lancer le programme en client, et lire les trames qu'il envoie");
  const std::string text = check.random_text(20);
  Client client(check, {"Bonjour", text, std::string(300, 'x')});
  for (const std::string& message : {std::string("Bonjour"), text, std::string(300, 'x')})
    client.expect_text(check, message);
}

TEST_CASE("a client reads what a server sends") {
  Check check("envoyer au client des trames en clair, en morceaux");
  const std::string text = check.random_text(200);
  Client client(check, {"Bonjour"});
  client.expect_text(check, "Bonjour");
  client.server.send(from_server(0x81, text), Delivery::chopped);
  client.program.expect_line(frame_line(0x81, text.size()),
                             {{"client_refuses_unmasked", contains("Refusé")}});
  client.program.expect_line("Reçu : " + text, {{"unmasked_frame_unmasked"}});
}

TEST_CASE("a client refuses what is masked") {
  Check check("envoyer au client une trame masquée");
  Client client(check, {"Bonjour"});
  client.expect_text(check, "Bonjour");
  client.server.send(from_client(0x81, "Salut"));
  client.program.expect_line("Refusé : 1002", {{"client_accepts_masked"}});
}
