#include "diagrams.hpp"

#include <fmt/core.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace prise::trace {
namespace {

// Draws one call after the other; a time is when the call begins, the last argument how long it
// waits.
class Sketch {
public:
  Sketch(std::string title, std::vector<Lane> lanes) {
    diagram_.title = std::move(title);
    diagram_.lanes = std::move(lanes);
  }

  std::size_t call(std::size_t lane, double began, std::string name, std::string arguments,
                   std::string result, std::string meaning, double waits = 0) {
    Event event{lane,
                began,
                began + waits,
                waits > 0,
                std::move(name),
                std::move(arguments),
                std::move(result),
                std::move(meaning),
                Outcome::done,
                std::nullopt};
    diagram_.events.push_back(std::move(event));
    return diagram_.events.size() - 1;
  }

  void source(std::string file, int line, std::string text) {
    diagram_.events.back().source = {std::move(file), line, std::move(text)};
  }

  void outcome(Outcome outcome) { diagram_.events.back().outcome = outcome; }

  Arrow& arrow(std::size_t from, std::optional<std::size_t> to, ArrowKind kind,
               std::string_view text = {}) {
    Arrow arrow{from, to, kind, text.size(), std::string(text), hex(text), {}};
    diagram_.arrows.push_back(std::move(arrow));
    return diagram_.arrows.back();
  }

  void note(std::string text) { diagram_.notes.push_back(std::move(text)); }

  Diagram take() { return std::move(diagram_); }

private:
  static std::string hex(std::string_view text) {
    std::string digits;
    for (const char byte : text.substr(0, 64))
      digits +=
          fmt::format("{}{:02x}", digits.empty() ? "" : " ", static_cast<unsigned char>(byte));
    return digits;
  }

  Diagram diagram_;
};

}  // namespace

Diagram chat_in_turns() {
  Sketch sketch("Leçon 09 : un chat, chacun son tour",
                {{"serveur", "server"}, {"client", "client"}});
  const std::string turns = "lessons/09_chat_half_duplex/turns.hpp";
  sketch.call(0, 0.000, "socket", "AF_INET, SOCK_STREAM", "descripteur 3",
              "Demande un socket TCP au noyau.");
  sketch.call(0, 0.0002, "bind", "3, 127.0.0.1:9999", "0", "Prend l'adresse 127.0.0.1, port 9999.");
  sketch.call(0, 0.0003, "listen", "3, 1", "0",
              "Ouvre la porte : des clients peuvent désormais se présenter.");
  const auto accept =
      sketch.call(0, 0.0005, "accept", "3", "descripteur 4",
                  "Attend qu'un client se présente ; le descripteur 4 mène à lui.", 0.352);
  sketch.source("lessons/09_chat_half_duplex/server.cpp", 34,
                "net::Stream client = listener.accept();");
  sketch.call(1, 0.350, "socket", "AF_INET, SOCK_STREAM", "descripteur 3",
              "Demande un socket TCP au noyau.");
  const auto connect = sketch.call(1, 0.3505, "connect", "3, 127.0.0.1:9999", "0",
                                   "Se connecte au serveur ; le noyau fait la poignée de main.");
  sketch.source("lessons/09_chat_half_duplex/client.cpp", 16,
                "net::Stream server = net::Stream::connect(net::resolve(options.host, "
                "options.port).front());");
  sketch.arrow(connect, accept, ArrowKind::connection);
  const auto typed = sketch.call(1, 0.353, "read", "0", "8 octets",
                                 "Attend une ligne du clavier : « Salut ! ».", 1.31);
  (void)typed;
  const auto recv1 = sketch.call(0, 0.354, "recv", "4, 1024 octets", "7 octets",
                                 "Attend le message du client, et en reçoit 7 octets.", 1.3095);
  sketch.source(turns, 41, "const auto received = peer.receive(buffer);");
  const auto send1 =
      sketch.call(1, 1.6632, "send", "3, 7 octets", "7 octets", "Envoie « Salut ! » au serveur.");
  sketch.source(turns, 58, "peer.send_all(line);");
  sketch.arrow(send1, recv1, ArrowKind::bytes, "Salut !");
  const auto recv2 = sketch.call(
      1, 1.6635, "recv", "3, 1024 octets", "21 octets",
      "Attend la réponse du serveur : tant qu'elle ne vient pas, il ne peut rien dire.", 2.41);
  sketch.source(turns, 41, "const auto received = peer.receive(buffer);");
  sketch.call(0, 1.6640, "read", "0", "22 octets", "Attend une ligne du clavier.", 2.4085);
  const auto send2 =
      sketch.call(0, 4.0728, "send", "4, 21 octets", "21 octets", "Envoie sa réponse au client.");
  sketch.source(turns, 58, "peer.send_all(line);");
  sketch.arrow(send2, recv2, ArrowKind::bytes, "Hey, comment ça va ?");
  const auto recv3 = sketch.call(0, 4.0730, "recv", "4, 1024 octets", "14 octets",
                                 "Attend le message du client.", 0.903);
  sketch.call(1, 4.0737, "read", "0", "15 octets", "Attend une ligne du clavier.", 0.9015);
  const auto send3 =
      sketch.call(1, 4.9755, "send", "3, 14 octets", "14 octets", "Envoie « Bien et toi ? ».");
  sketch.arrow(send3, recv3, ArrowKind::bytes, "Bien et toi ?");
  const auto recv4 = sketch.call(1, 4.9757, "recv", "3, 1024 octets", "0 : fin du flux",
                                 "Attend une réponse, et apprend que le serveur a fermé.", 0.7);
  sketch.call(0, 4.977, "read", "0", "5 octets", "Attend une ligne du clavier : « quit ».", 0.697);
  const auto close = sketch.call(0, 5.6751, "close", "4", "0",
                                 "Ferme la connexion : le client lira la fin du flux.");
  sketch.arrow(close, recv4, ArrowKind::end);
  sketch.call(1, 5.676, "close", "3", "0", "Ferme son côté de la connexion.");
  return sketch.take();
}

Diagram three_clients() {
  Sketch sketch(
      "Leçon 13 : trois personnes, un seul fil",
      {{"serveur", "server"}, {"alice", "client"}, {"bob", "client"}, {"carole", "client"}});
  const std::string room = "lessons/13_event_loop/room.hpp";
  double now = 0;
  std::array<std::size_t, 4> last{};
  const std::array<std::string_view, 4> names{"", "alice", "bob", "carole"};
  for (std::size_t client = 1; client <= 3; ++client) {
    sketch.call(0, now, "poll", fmt::format("{} descripteurs", client + 1), "1 prêt",
                "Dort jusqu'à ce que l'un de ses descripteurs ait quelque chose.", 0.12);
    const auto connect = sketch.call(client, now + 0.119, "connect", "3, 127.0.0.1:12345", "0",
                                     "Se connecte au serveur.");
    const auto accept =
        sketch.call(0, now + 0.1205, "accept", "3", fmt::format("descripteur {}", client + 4),
                    fmt::format("Accueille {}.", names[client]));
    sketch.source(room, 61,
                  "const int client = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);");
    sketch.arrow(connect, accept, ArrowKind::connection);
    last[client] = sketch.call(client, now + 0.121, "poll", "clavier et serveur", "1 prêt",
                               "Dort jusqu'à ce que le clavier ou le serveur ait quelque chose.",
                               0.77 + 0.0105 * static_cast<double>(client) - now - 0.121);
    now += 0.121;
  }
  sketch.call(0, now, "poll", "4 descripteurs", "1 prêt",
              "Dort jusqu'à ce que l'un de ses descripteurs ait quelque chose.", 0.42);
  const auto said =
      sketch.call(1, 0.781, "send", "3, 16 octets", "16 octets", "Envoie sa ligne au serveur.");
  const auto more =
      sketch.call(1, 0.7815, "send", "3, 11 octets", "11 octets", "Envoie la suite aussitôt.");
  const auto heard = sketch.call(0, 0.7845, "recv", "5, 1024 octets", "27 octets",
                                 "Lit ce qu'Alice a dit : deux envois en un seul recv.");
  sketch.source(room, 88,
                "const ssize_t count = recv(client.fd, buffer.data(), buffer.size(), 0);");
  sketch.arrow(said, heard, ArrowKind::bytes, "Bonjour à tous");
  sketch.arrow(more, heard, ArrowKind::bytes, " les amis !\\n");
  sketch.call(0, 0.7846, "recv", "5, 1024 octets", "EAGAIN",
              "Il n'y a plus rien à lire pour l'instant.");
  sketch.outcome(Outcome::failed);
  for (std::size_t client = 2; client <= 3; ++client) {
    const auto told = sketch.call(0, 0.785 + 0.0001 * static_cast<double>(client), "send",
                                  fmt::format("{}, 27 octets", client + 4), "27 octets",
                                  fmt::format("Transmet le message à {}.", names[client]));
    const auto takes = sketch.call(client, 0.772 + 0.01 * static_cast<double>(client), "recv",
                                   "3, 1024 octets", "27 octets", "Reçoit le message d'Alice.");
    sketch.arrow(told, takes, ArrowKind::bytes, "Bonjour à tous les amis !\\n");
  }
  const auto forever =
      sketch.call(0, 0.80, "poll", "4 descripteurs", "", "Dort encore quand la trace s'arrête.", 0);
  (void)forever;
  sketch.outcome(Outcome::unfinished);
  const auto lost =
      sketch.call(3, 0.9, "send", "3, 6 octets", "6 octets", "Envoie un dernier mot.");
  sketch.arrow(lost, std::nullopt, ArrowKind::lost, "Adieu\\n");
  sketch.note("12 appels qui ne touchent ni au réseau ni au clavier ne sont pas montrés.");
  return sketch.take();
}

Diagram websocket_echo() {
  Sketch sketch("Leçon 17 : l'écho WebSocket",
                {{"serveur", "server --port 8765"}, {"client", "client \"Bonjour !\""}});
  const std::string server = "lessons/17_ws_echo/server.cpp";
  const auto accept =
      sketch.call(0, 0, "accept", "3", "descripteur 4", "Attend qu'un client se présente.", 0.08);
  const auto connect =
      sketch.call(1, 0.0795, "connect", "3, 127.0.0.1:8765", "0", "Se connecte au serveur.");
  sketch.arrow(connect, accept, ArrowKind::connection);
  const auto request = sketch.call(1, 0.0801, "send", "3, 153 octets", "153 octets",
                                   "Demande à passer de HTTP à WebSocket.");
  sketch.source("lessons/17_ws_echo/client.cpp", 21,
                "auto ws = drivers::BlockingWebSocket::connect(url);");
  const auto waits = sketch.call(1, 0.0803, "recv", "3, 65536 octets", "129 octets",
                                 "Attend l'accord du serveur.", 0.0012);
  const auto asked =
      sketch.call(0, 0.0806, "recv", "4, 65536 octets", "153 octets", "Lit la demande.");
  sketch.source(server, 44, "while (auto message = ws.receive()) {");
  sketch.arrow(
      request, asked, ArrowKind::bytes,
      "GET / HTTP/1.1\\r\\nHost: localhost:8765\\r\\nUpgrade: websocket\\r\\nConnection: "
      "Upgrade\\r\\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\nSec-WebSocket-Version: 13\\r\\n\\r\\n");
  const auto agreed = sketch.call(0, 0.0812, "send", "4, 129 octets", "129 octets",
                                  "Accepte : à partir d'ici, on parle en trames.");
  sketch.arrow(
      agreed, waits, ArrowKind::bytes,
      "HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n"
      "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\\r\\n\\r\\n");
  const auto says =
      sketch.call(1, 0.0818, "send", "3, 15 octets", "15 octets", "Envoie une trame de texte.");
  sketch.source("lessons/17_ws_echo/client.cpp", 27, "ws.send_text(message);");
  const auto hears =
      sketch.call(0, 0.0822, "recv", "4, 65536 octets", "15 octets", "Lit une trame entière.");
  Arrow& text = sketch.arrow(says, hears, ArrowKind::bytes, "\\x81\\x897\\xfa!=u\\x95O");
  text.bytes = 15;
  text.hex = "81 89 37 fa 21 3d 75 95 4f 57 58 8f 53 1d 16";
  text.frames = {{"text", true, true, false, 9, "81 89 37 fa 21 3d", "Bonjour !",
                  "texte de 9 octets, masqué"}};
  const auto echo = sketch.call(0, 0.083, "send", "4, 18 octets", "18 octets",
                                "Renvoie le message, et un ping, en une seule fois.");
  sketch.source(server, 46, "ws.send_text(\"Echo : \" + message->text);");
  const auto answer =
      sketch.call(1, 0.0835, "recv", "3, 65536 octets", "20 octets", "Lit deux trames d'un coup.");
  Arrow& back =
      sketch.arrow(echo, answer, ArrowKind::bytes, "\\x81\\x10Echo : Bonjour !\\x89\\x00");
  back.bytes = 20;
  back.hex = "81 10 45 63 68 6f 20 3a 20 42 6f 6e 6a 6f 75 72 20 21 89 00";
  back.frames = {
      {"text", true, false, false, 16, "81 10", "Echo : Bonjour !", "texte de 16 octets"},
      {"ping", true, false, false, 0, "89 00", "", "ping vide"}};
  const auto ends = sketch.call(1, 0.084, "send", "3, 8 octets", "8 octets",
                                "Dit au revoir : trame Close, code 1000.");
  const auto ended =
      sketch.call(0, 0.0845, "recv", "4, 65536 octets", "8 octets", "Lit la trame Close.");
  Arrow& close = sketch.arrow(ends, ended, ArrowKind::bytes, "\\x88\\x82...");
  close.bytes = 8;
  close.hex = "88 82 01 02 03 04 02 ea";
  close.frames = {
      {"close", true, true, false, 2, "88 82 01 02 03 04", "1000", "Close, code 1000, masqué"}};
  const auto shut = sketch.call(0, 0.085, "shutdown", "4, SHUT_WR", "0", "N'enverra plus rien.");
  const auto zero = sketch.call(1, 0.0855, "recv", "3, 65536 octets", "0 : fin du flux",
                                "Apprend que le serveur a fermé.");
  sketch.arrow(shut, zero, ArrowKind::end);
  return sketch.take();
}

Diagram datagrams() {
  Sketch sketch("Leçon 05 : des datagrammes", {{"serveur", "server"}, {"client", "client"}});
  const auto waits = sketch.call(0, 0, "recvfrom", "3, 1024 octets",
                                 "12 octets, de 127.0.0.1:52314", "Attend un datagramme.", 0.003);
  const auto sent = sketch.call(1, 0.002, "sendto", "3, 12 octets, 127.0.0.1:9999", "12 octets",
                                "Envoie un datagramme, sans savoir si quelqu'un l'attend.");
  sketch.arrow(sent, waits, ArrowKind::datagram, "Bonjour UDP!");
  const auto again = sketch.call(1, 0.0023, "sendto", "3, 9 octets, 127.0.0.1:9999", "9 octets",
                                 "Envoie un second datagramme.");
  sketch.arrow(again, std::nullopt, ArrowKind::lost, "Perdu ...");
  return sketch.take();
}

Diagram one_lane() {
  Sketch sketch("Seul", {{"serveur", "server"}});
  const auto sends =
      sketch.call(0, 0, "sendto", "3, 5 octets", "5 octets", "Envoie un datagramme à personne.");
  sketch.arrow(sends, std::nullopt, ArrowKind::lost, "salut");
  const auto writes =
      sketch.call(0, 0.1, "write", "5, 1 octet", "1 octet", "Se réveille lui-même.");
  const auto reads =
      sketch.call(0, 0.2, "read", "4, 1 octet", "1 octet", "Lit ce qu'il s'est écrit.");
  sketch.arrow(writes, reads, ArrowKind::bytes, "x");
  sketch.call(0, 0.3, "accept", "3", "", "Attend un client, qui ne viendra pas.");
  sketch.outcome(Outcome::unfinished);
  return sketch.take();
}

Diagram hostile() {
  const std::string evil =
      "</script><img src=x onerror=alert(1)> ]]> <!-- & \"' \u2028 \u202e \uffff \xff\xfe \x1b[31m "
      "@script@";
  Sketch sketch(evil, {{evil, evil}, {"client" + evil, evil}});
  const auto takes = sketch.call(0, 0, evil, evil, evil, evil, 0.5);
  sketch.source(evil, 7, evil);
  const auto sends = sketch.call(1, 0.4, evil, evil, evil, evil);
  sketch.outcome(Outcome::failed);
  Arrow& arrow = sketch.arrow(sends, takes, ArrowKind::bytes, evil);
  arrow.hex = evil;
  arrow.frames = {{evil, false, true, true, 1'000'000, evil, evil, evil}};
  sketch.note(evil);
  return sketch.take();
}

Diagram long_exchange(std::size_t calls) {
  Sketch sketch("Un long échange",
                {{"serveur", "server"}, {"serveur, fil 2", "", false}, {"client", "client"}});
  for (std::size_t pair = 0; 2 * pair + 1 < calls; ++pair) {
    const double now = 0.01 * static_cast<double>(pair);
    const std::size_t thread = pair % 2;
    const auto takes = sketch.call(thread, now, "recv", "4, 1024 octets", "5 octets",
                                   "Attend cinq octets.", 0.009);
    const auto gives =
        sketch.call(2, now + 0.008, "send", "3, 5 octets", "5 octets", "Envoie cinq octets.");
    sketch.arrow(gives, takes, ArrowKind::bytes, "salut");
  }
  return sketch.take();
}

}  // namespace prise::trace
