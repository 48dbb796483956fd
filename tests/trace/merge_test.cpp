#include "merge/merge.hpp"

#include <algorithm>
#include <cmath>

#include "logs.hpp"
#include "support/catch.hpp"

using namespace prise::trace;

namespace {

const std::string listener = "3<TCP:[127.0.0.1:9999]>";
const std::string server_end = "4<TCP:[127.0.0.1:9999->127.0.0.1:5000]>";
const std::string client_end = "3<TCP:[127.0.0.1:5000->127.0.0.1:9999]>";

// A server that waits from 1.0 on, and is met at 2.0.
LogWriter server() {
  LogWriter log(100);
  log.call(0.1, "socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3<TCP:[11]>")
      .call(0.2, "bind(3<TCP:[11]>, " + ipv4(9999) + ", 16) = 0")
      .call(0.3, "listen(" + listener + ", 5) = 0")
      .call(1.0, "accept(" + listener + ", " + ipv4(5000) + ", [16]) = " + server_end, 1.01);
  return log;
}
LogWriter client() {
  LogWriter log(200);
  log.call(1.9, "socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3<TCP:[22]>")
      .call(2.0, "connect(3<TCP:[22]>, " + ipv4(9999) + ", 16) = 0");
  return log;
}
std::string send_of(const std::string& fd, const std::string& bytes) {
  return fmt::format("sendto({}, {}, {}, MSG_NOSIGNAL, NULL, 0) = {}", fd, in_hex(bytes),
                     bytes.size(), bytes.size());
}
std::string recv_of(const std::string& fd, const std::string& bytes) {
  return fmt::format("recvfrom({}, {}, 1024, 0, NULL, NULL) = {}", fd, in_hex(bytes), bytes.size());
}

Diagram merged(const LogWriter& server_log, const LogWriter& client_log) {
  return merge({server_log.program("serveur"), client_log.program("client")}, {"Un titre"});
}

// The events with this name, on the lane with this label.
std::vector<std::size_t> find(const Diagram& diagram, const std::string& label,
                              const std::string& call) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < diagram.events.size(); ++i)
    if (diagram.events[i].call == call && diagram.lanes[diagram.events[i].lane].label == label)
      found.push_back(i);
  return found;
}
std::size_t only(const Diagram& diagram, const std::string& label, const std::string& call) {
  const auto found = find(diagram, label, call);
  REQUIRE(found.size() == 1);
  return found[0];
}
std::vector<Arrow> arrows_to(const Diagram& diagram, std::size_t event) {
  std::vector<Arrow> found;
  std::copy_if(diagram.arrows.begin(), diagram.arrows.end(), std::back_inserter(found),
               [&](const Arrow& arrow) { return arrow.to == event; });
  return found;
}

}  // namespace

TEST_CASE("connect leads to the accept that took the connection, which had waited for it") {
  const Diagram diagram = merged(server(), client());
  CHECK(diagram.title == "Un titre");
  REQUIRE(diagram.lanes.size() == 2);
  CHECK(diagram.lanes[0].label == "serveur");
  CHECK(diagram.lanes[1].label == "client");
  const std::size_t accept = only(diagram, "serveur", "accept");
  const auto arrows = arrows_to(diagram, accept);
  REQUIRE(arrows.size() == 1);
  CHECK(arrows[0].kind == ArrowKind::connection);
  CHECK(arrows[0].from == only(diagram, "client", "connect"));
  CHECK(diagram.events[accept].waited);
  CHECK(std::abs(diagram.events[accept].began - 0.9) < 1e-6);  // from the first event
  CHECK(std::abs(diagram.events[accept].ended - 1.91) < 1e-6);
  CHECK(diagram.events[accept].meaning == "Attend un client\u00a0: c'est le client qui arrive.");
}

TEST_CASE("a client that came before accept was called made nobody wait") {
  LogWriter late(100);
  late.call(0.1, "socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3<TCP:[11]>")
      .call(0.2, "bind(3<TCP:[11]>, " + ipv4(9999) + ", 16) = 0")
      .call(0.3, "listen(" + listener + ", 5) = 0")
      // Slow as this one is: a busy machine is no reason to say that it slept.
      .call(2.5, "accept(" + listener + ", " + ipv4(5000) + ", [16]) = " + server_end, 0.5);
  const Diagram diagram = merged(late, client());
  const Event& accept = diagram.events[only(diagram, "serveur", "accept")];
  CHECK_FALSE(accept.waited);
  CHECK(accept.ended == accept.began);
  CHECK(accept.meaning.find("déjà là") != std::string::npos);
}

TEST_CASE("bytes go from each send to each recv that took some of them") {
  const Diagram diagram = merged(server()
                                     .call(3.0, recv_of(server_end, "Bonjour"), 0.2)  // waits
                                     .call(4.0, recv_of(server_end, "abc"))
                                     .call(5.0, recv_of(server_end, "defghi")),
                                 client()
                                     .call(3.1, send_of(client_end, "Bon"))
                                     .call(3.15, send_of(client_end, "jour"))
                                     .call(3.3, send_of(client_end, "abcdefghi")));
  const auto sends = find(diagram, "client", "send");
  const auto recvs = find(diagram, "serveur", "recv");
  REQUIRE(sends.size() == 3);
  REQUIRE(recvs.size() == 3);

  const auto joined = arrows_to(diagram, recvs[0]);
  REQUIRE(joined.size() == 2);
  CHECK(joined[0].from == sends[0]);
  CHECK(joined[0].bytes == 3);
  CHECK(joined[0].hex == "42 6f 6e");
  CHECK(joined[1].from == sends[1]);
  CHECK(joined[1].text == "jour");
  CHECK(diagram.events[recvs[0]].waited);
  CHECK(diagram.events[recvs[0]].result == "7\u00a0octets");

  const auto first = arrows_to(diagram, recvs[1]);
  const auto second = arrows_to(diagram, recvs[2]);
  REQUIRE(first.size() == 1);
  REQUIRE(second.size() == 1);
  CHECK(first[0].from == sends[2]);
  CHECK(second[0].from == sends[2]);
  CHECK(first[0].text == "abc");
  CHECK(second[0].text == "defghi");
  CHECK_FALSE(diagram.events[recvs[1]].waited);
}

TEST_CASE("bytes that nobody took are lost, in the part that was not taken") {
  const Diagram diagram = merged(
      server().call(3.0, recv_of(server_end, "abc")).call(4.0, "close(" + server_end + ") = 0"),
      client().call(2.5, send_of(client_end, "abcde")));
  const std::size_t send = only(diagram, "client", "send");
  std::vector<Arrow> lost;
  for (const Arrow& arrow : diagram.arrows)
    if (arrow.kind == ArrowKind::lost) lost.push_back(arrow);
  REQUIRE(lost.size() == 1);
  CHECK(lost[0].from == send);
  CHECK_FALSE(lost[0].to);
  CHECK(lost[0].bytes == 2);
  CHECK(lost[0].text == "de");
}

TEST_CASE("what was only looked at is still to be taken") {
  const Diagram diagram = merged(server()
                                     .call(3.0, "recvfrom(" + server_end + ", " + in_hex("ab") +
                                                    ", 2, MSG_PEEK, NULL, NULL) = 2")
                                     .call(4.0, recv_of(server_end, "abc")),
                                 client().call(2.5, send_of(client_end, "abc")));
  const auto recvs = find(diagram, "serveur", "recv");
  REQUIRE(recvs.size() == 2);
  CHECK(arrows_to(diagram, recvs[0]).empty());
  CHECK(arrows_to(diagram, recvs[1]).size() == 1);
}

TEST_CASE("the end of the stream comes from the first who ended it") {
  const Diagram diagram =
      merged(server().call(3.0, "recvfrom(" + server_end + ", \"\", 1024, 0, NULL, NULL) = 0", 0.5),
             client()
                 .call(3.4, "shutdown(" + client_end + ", SHUT_WR) = 0")
                 .call(3.9, "close(" + client_end + ") = 0"));
  const std::size_t recv = only(diagram, "serveur", "recv");
  const auto arrows = arrows_to(diagram, recv);
  REQUIRE(arrows.size() == 1);
  CHECK(arrows[0].kind == ArrowKind::end);
  CHECK(arrows[0].from == only(diagram, "client", "shutdown"));
  CHECK(diagram.events[recv].waited);
  CHECK(diagram.events[recv].result == "0\u00a0: fin du flux");
}

TEST_CASE("a process that is killed, and one that exits, end their streams") {
  const std::string end = "recvfrom(" + server_end + ", \"\", 1024, 0, NULL, NULL) = 0";
  const Diagram killed =
      merged(server().call(3.0, end, 0.5), client().line(3.4, "+++ killed by SIGKILL +++"));
  const auto from_kill = arrows_to(killed, only(killed, "serveur", "recv"));
  REQUIRE(from_kill.size() == 1);
  CHECK(from_kill[0].from == only(killed, "client", "fin"));

  const Diagram left =
      merged(server().call(3.0, end, 0.5), client().line(3.4, "exit_group(0) = ?"));
  const auto from_exit = arrows_to(left, only(left, "serveur", "recv"));
  REQUIRE(from_exit.size() == 1);
  CHECK(from_exit[0].from == only(left, "client", "exit"));
}

TEST_CASE("a reset comes from who cut the connection") {
  const Diagram diagram = merged(
      server().call(3.0, "close(" + server_end + ") = 0"),
      client().call(
          3.5, "recvfrom(" + client_end +
                   ", 0x7ffd, 1024, 0, NULL, NULL) = -1 ECONNRESET (Connection reset by peer)"));
  const std::size_t recv = only(diagram, "client", "recv");
  CHECK(diagram.events[recv].outcome == Outcome::failed);
  CHECK(diagram.events[recv].result == "ECONNRESET");
  const auto arrows = arrows_to(diagram, recv);
  REQUIRE(arrows.size() == 1);
  CHECK(arrows[0].from == only(diagram, "serveur", "close"));
}

TEST_CASE("datagrams go one by one, and the one that nobody took is lost") {
  const std::string taker = "3<UDP:[127.0.0.1:9999]>";
  const std::string sender = "3<UDP:[0.0.0.0:5000]>";
  const auto datagram = [&](const std::string& text) {
    return fmt::format("sendto({}, {}, {}, 0, {}, 16) = {}", sender, in_hex(text), text.size(),
                       ipv4(9999), text.size());
  };
  const Diagram diagram =
      merged(LogWriter(100)
                 .call(0.1, "socket(AF_INET, SOCK_DGRAM, IPPROTO_IP) = 3<UDP:[11]>")
                 .call(0.2, "bind(3<UDP:[11]>, " + ipv4(9999) + ", 16) = 0")
                 .call(1.0,
                       "recvfrom(" + taker + ", " + in_hex("un") + ", 1024, 0, " + ipv4(5000) +
                           ", [16]) = 2",
                       1.5)
                 .call(3.0, "recvfrom(" + taker + ", " + in_hex("trois") + ", 1024, 0, " +
                                ipv4(5000) + ", [16]) = 5"),
             LogWriter(200)
                 .call(1.9, "socket(AF_INET, SOCK_DGRAM, IPPROTO_IP) = 3<UDP:[22]>")
                 .call(2.0, datagram("un"))
                 .call(2.1, datagram("deux"))
                 .call(2.2, datagram("trois")));
  const auto sends = find(diagram, "client", "sendto");
  const auto recvs = find(diagram, "serveur", "recvfrom");
  REQUIRE(sends.size() == 3);
  REQUIRE(recvs.size() == 2);
  REQUIRE(diagram.arrows.size() == 3);
  CHECK(diagram.arrows[0].to == recvs[0]);
  CHECK(diagram.arrows[0].kind == ArrowKind::datagram);
  CHECK(diagram.arrows[1].kind == ArrowKind::lost);
  CHECK(diagram.arrows[1].text == "deux");
  CHECK(diagram.arrows[2].to == recvs[1]);
  CHECK(diagram.events[recvs[0]].waited);
  CHECK_FALSE(diagram.events[recvs[1]].waited);
}

TEST_CASE("of several clients of a UDP server, each datagram names its own") {
  const auto sends = [&](int thread, double at, int port, const std::string& text) {
    return LogWriter(thread)
        .call(at, "socket(AF_INET, SOCK_DGRAM, IPPROTO_IP) = 3<UDP:[22]>")
        .call(at + 0.1, fmt::format("sendto(3<UDP:[0.0.0.0:{}]>, {}, {}, 0, {}, 16) = {}", port,
                                    in_hex(text), text.size(), ipv4(9999), text.size()));
  };
  const std::string socket = "3<UDP:[127.0.0.1:9999]>";
  const auto takes = [&](int port, const std::string& text) {
    return "recvfrom(" + socket + ", " + in_hex(text) + ", 1024, 0, " + ipv4(port) +
           ", [16]) = " + std::to_string(text.size());
  };
  const LogWriter taking = LogWriter(100)
                               .call(0.1, "socket(AF_INET, SOCK_DGRAM, IPPROTO_IP) = 3<UDP:[11]>")
                               .call(0.2, "bind(3<UDP:[11]>, " + ipv4(9999) + ", 16) = 0")
                               .call(2.0, takes(5000, "un"))
                               .call(2.1, fmt::format("sendto({}, {}, 2, 0, {}, 16) = 2", socket,
                                                      in_hex("ok"), ipv4(5000)))
                               .call(4.0, takes(5001, "deux"));
  const Diagram diagram = merge({taking.program("serveur"),
                                 sends(200, 1.0, 5000, "un")
                                     .call(2.5, "recvfrom(3<UDP:[0.0.0.0:5000]>, " + in_hex("ok") +
                                                    ", 1024, 0, " + ipv4(9999) + ", [16]) = 2")
                                     .program("alice"),
                                 sends(300, 3.0, 5001, "deux").program("carole")},
                                {"Un titre"});
  const auto taken = find(diagram, "serveur", "recvfrom");
  REQUIRE(taken.size() == 2);
  CHECK(diagram.events[taken[0]].meaning.find("d'alice") != std::string::npos);
  CHECK(diagram.events[taken[1]].meaning.find("de carole") != std::string::npos);
  const Event& answer = diagram.events[only(diagram, "serveur", "sendto")];
  CHECK(answer.meaning.find("à alice") != std::string::npos);
}

TEST_CASE("poll waits for what the next call finds") {
  const std::string poll =
      "poll([{fd=" + server_end + ", events=POLLIN}], 1, -1) = 1 ([{fd=4, revents=POLLIN}])";
  const Diagram diagram =
      merged(server()
                 .call(3.0, poll, 0.2)
                 .call(3.3, recv_of(server_end, "un"))
                 .call(4.0, poll, 0.2)
                 .call(4.3, recv_of(server_end, "deux")),
             client().call(3.1, send_of(client_end, "un")).call(3.6, send_of(client_end, "deux")));
  const auto polls = find(diagram, "serveur", "poll");
  REQUIRE(polls.size() == 2);
  CHECK(diagram.events[polls[0]].waited);
  CHECK_FALSE(diagram.events[polls[1]].waited);
}

TEST_CASE("what comes after a poll returned is not what woke it") {
  const std::string nonblocking = "4<TCP:[127.0.0.1:9999->127.0.0.1:5000]>";
  const auto poll = [&](const std::string& events, const std::string& found) {
    return "poll([{fd=" + nonblocking + ", events=" + events +
           "}], 1, -1) = 1 ([{fd=4, revents=" + found + "}])";
  };
  const Diagram diagram = merged(server()
                                     .call(3.0, poll("POLLIN|POLLOUT", "POLLOUT"))
                                     .call(3.2, send_of(server_end, "un"))
                                     .call(3.4, poll("POLLIN|POLLOUT", "POLLOUT"))
                                     .call(3.5, poll("POLLIN", "POLLIN"))
                                     .call(4.0, recv_of(server_end, "deux"), 0.3),
                                 client().call(4.1, send_of(client_end, "deux")));
  const auto polls = find(diagram, "serveur", "poll");
  REQUIRE(polls.size() == 3);
  for (const std::size_t i : polls) {
    const Event& event = diagram.events[i];
    CHECK_FALSE(event.waited);
    CHECK(event.ended == event.began);
  }
  CHECK(diagram.events[polls[0]].meaning ==
        "Regarde s'il y a du nouveau\u00a0: oui, on peut écrire au client.");
}

TEST_CASE("a poll after a connect that did not wait says that the connection is made") {
  const std::string socket = "3<TCP:[127.0.0.1:5000->127.0.0.1:9999]>";
  const Diagram diagram =
      merged(LogWriter(100)
                 .call(0.1, "socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_IP) = 3<TCP:[11]>")
                 .call(0.2, "connect(3<TCP:[11]>, " + ipv4(9999) +
                                ", 16) = -1 EINPROGRESS (Operation now in progress)")
                 .call(0.3,
                       "poll([{fd=" + socket +
                           ", events=POLLOUT}], 1, 1000) = 1 ([{fd=3, revents=POLLOUT}])",
                       0.2),
             LogWriter(200));
  const Event& poll = diagram.events[only(diagram, "serveur", "poll")];
  CHECK(poll.waited);
  CHECK(poll.meaning.find("la connexion est faite.") != std::string::npos);
}

TEST_CASE("a call that may not sleep is not shown as sleeping, however long it took") {
  const std::string nothing =
      "recvfrom(" + server_end +
      ", 0x7ffd, 1024, 0, NULL, NULL) = -1 EAGAIN (Resource temporarily unavailable)";
  const Diagram diagram =
      merged(server()
                 .call(3.0, nothing, 0.2)
                 .call(4.0, "fcntl(" + server_end + ", F_SETFL, O_RDWR|O_NONBLOCK) = 0")
                 .call(5.0, nothing, 0.2),
             client());
  const auto recvs = find(diagram, "serveur", "recv");
  REQUIRE(recvs.size() == 2);
  CHECK(diagram.events[recvs[0]].waited);  // a timeout passed
  CHECK_FALSE(diagram.events[recvs[1]].waited);
}

TEST_CASE(
    "what may not sleep, and found what came while strace held it, comes after what it found") {
  LogWriter eager(100);
  eager.call(0.1, "socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_IP) = 3<TCP:[11]>")
      .call(0.2, "bind(3<TCP:[11]>, " + ipv4(9999) + ", 16) = 0")
      .call(0.3, "listen(" + listener + ", 5) = 0")
      .call(1.95, "accept(" + listener + ", " + ipv4(5000) + ", [16]) = " + server_end, 0.5);
  const Diagram diagram = merged(eager, client());
  const Event& accept = diagram.events[only(diagram, "serveur", "accept")];
  CHECK_FALSE(accept.waited);
  CHECK(accept.ended == accept.began);
  CHECK(accept.began > diagram.events[only(diagram, "client", "connect")].began);
}

TEST_CASE("each thread is a lane beside its process's first") {
  const std::string clone =
      "clone3({flags=CLONE_VM|CLONE_THREAD, exit_signal=0} => {parent_tid=[101]}, 88) = 101";
  const Diagram diagram =
      merged(server()
                 .call(2.5, clone)
                 .by(101)
                 .call(3.0, recv_of(server_end, "un"), 0.2)
                 .by(100)
                 .call(4.0, send_of(server_end, "deux")),
             client().call(3.1, send_of(client_end, "un")).call(4.5, recv_of(client_end, "deux")));
  REQUIRE(diagram.lanes.size() == 3);
  CHECK(diagram.lanes[0].label == "serveur");
  CHECK(diagram.lanes[0].first_thread);
  CHECK(diagram.lanes[1].label == "serveur, fil 2");
  CHECK_FALSE(diagram.lanes[1].first_thread);
  CHECK(diagram.lanes[2].label == "client");
  CHECK(find(diagram, "serveur", "std::thread").size() == 1);
  CHECK(arrows_to(diagram, only(diagram, "serveur, fil 2", "recv")).size() == 1);
}

TEST_CASE("a long row of equal calls keeps its ends and the sum of its bytes") {
  LogWriter taking = server();
  for (int i = 0; i < 20; ++i)
    taking.call(3 + 0.01 * i, recv_of(server_end, "abcde"));
  const Diagram diagram =
      merged(taking, client().call(2.5, send_of(client_end, std::string(100, 'x'))));
  const auto recvs = find(diagram, "serveur", "recv");
  REQUIRE(recvs.size() == 5);
  CHECK(diagram.events[recvs[2]].arguments == "4, 16 fois");
  CHECK(diagram.events[recvs[2]].result == "80\u00a0octets");
  std::size_t bytes = 0;
  for (const Arrow& arrow : diagram.arrows)
    if (arrow.kind == ArrowKind::bytes) bytes += arrow.bytes;
  CHECK(bytes == 100);
}

TEST_CASE("lines printed in a row are one, and so are waiting for the keyboard and reading it") {
  const std::string keyboard = "0</dev/pts/0<char 136:0>>";
  const std::string screen = "1</dev/pts/0<char 136:0>>";
  const Diagram diagram =
      merged(server()
                 .call(3.0, "write(" + screen + ", " + in_hex("un\n") + ", 3) = 3")
                 .call(3.1, "write(" + screen + ", " + in_hex("deux : ") + ", 7) = 7")
                 .call(3.2,
                       "poll([{fd=" + keyboard +
                           ", events=POLLIN}], 1, -1) = 1 ([{fd=0, revents=POLLIN}])",
                       0.5)
                 .call(3.8, "read(" + keyboard + ", " + in_hex("Salut\n") + ", 4096) = 6"),
             client());
  CHECK(diagram.events[only(diagram, "serveur", "affiche")].arguments ==
        "«\u00a0un ⏎ deux :\u00a0»");
  const Event& typed = diagram.events[only(diagram, "serveur", "lit")];
  CHECK(typed.arguments == "«\u00a0Salut\u00a0»");
  CHECK(typed.waited);
  CHECK(find(diagram, "serveur", "poll").empty());
}

TEST_CASE("a child that runs no program of its own has its parent's name") {
  const std::string shell = in_hex("/bin/sh");
  const Diagram diagram = merge({LogWriter(100)
                                     .call(0.1, "execve(" + shell + ", [" + in_hex("sh") + ", " +
                                                    in_hex("-c") + "], 0x7ffd /* 20 vars */) = 0")
                                     .call(0.2, "clone(child_stack=NULL, flags=SIGCHLD) = 101")
                                     .by(101)
                                     .call(0.3, "write(1<pipe:[7]>, " + in_hex("a\n") + ", 2) = 2")
                                     .by(100)
                                     .call(0.4, "write(1<pipe:[7]>, " + in_hex("b\n") + ", 2) = 2")
                                     .program("")},
                                {"Un titre"});
  REQUIRE(diagram.lanes.size() == 2);
  for (const Lane& lane : diagram.lanes) {
    CHECK(lane.label == "sh");
    CHECK(lane.program == "sh -c");
  }
}

TEST_CASE("a pipe on descriptor 0 is no keyboard, but in a scene where nobody types") {
  const std::string pipe = "0<pipe:[7]>";
  LogWriter reader = server();
  reader
      .call(3.0, "poll([{fd=" + pipe + ", events=POLLIN}], 1, -1) = 1 ([{fd=0, revents=POLLIN}])",
            0.5)
      .call(3.8, "read(" + pipe + ", " + in_hex("Salut\n") + ", 4096) = 6")
      .call(3.9, send_of(server_end, "un"))
      .call(4.0, "read(" + pipe + ", \"\", 4096) = 0");
  const auto meanings = [&](const std::string& label) {
    const Diagram diagram =
        merge({reader.program(label), client().program("client")}, {"Un titre"});
    std::vector<std::string> texts;
    for (const std::size_t i : find(diagram, label, "lit"))
      texts.push_back(diagram.events[i].meaning);
    return texts;
  };
  CHECK(meanings("") ==
        std::vector<std::string>{"Attend la suite du tube, et y lit\u00a0: «\u00a0Salut\u00a0».",
                                 "Le tube est fini\u00a0: plus personne n'y écrira."});
  CHECK(meanings("serveur") ==
        std::vector<std::string>{"Attend qu'on tape une ligne\u00a0: «\u00a0Salut\u00a0».",
                                 "Le clavier se ferme (Ctrl-D)."});
}

TEST_CASE("frames are found after the handshake, wherever the calls cut them") {
  const std::string request =
      "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
  const std::string answer =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
  const std::string hello = "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";  // RFC 6455 section 5.7
  const Diagram diagram = merged(server()
                                     .call(3.0, recv_of(server_end, request))
                                     .call(3.2, send_of(server_end, answer + "\x89\x02ok"))
                                     .call(4.0, recv_of(server_end, hello.substr(0, 4)))
                                     .call(4.1, recv_of(server_end, hello.substr(4))),
                                 client()
                                     .call(2.5, send_of(client_end, request))
                                     .call(3.5, recv_of(client_end, answer + "\x89\x02ok"))
                                     .call(3.6, send_of(client_end, hello)));
  std::vector<Frame> frames;
  for (const Arrow& arrow : diagram.arrows)
    frames.insert(frames.end(), arrow.frames.begin(), arrow.frames.end());
  REQUIRE(frames.size() == 2);
  CHECK(frames[0].opcode == "ping");
  CHECK(frames[0].payload_text == "ok");
  CHECK_FALSE(frames[0].masked);
  CHECK(frames[1].opcode == "text");
  CHECK(frames[1].payload_text == "Hello");
  CHECK(frames[1].masked);
  CHECK(frames[1].header_hex == "81 85 37 fa 21 3d");
  CHECK(frames[1].length == 5);
}

TEST_CASE("a TLS record that is read in two calls is encrypted in both") {
  const std::string record = std::string("\x17\x03\x03\x00\x06", 5) + "secret";
  const Diagram diagram = merged(server()
                                     .call(3.0, recv_of(server_end, record.substr(0, 5)))
                                     .call(3.1, recv_of(server_end, record.substr(5))),
                                 client().call(2.5, send_of(client_end, record)));
  const auto recvs = find(diagram, "serveur", "recv");
  REQUIRE(recvs.size() == 2);
  CHECK(diagram.events[recvs[1]].meaning ==
        "Reçoit aussitôt du client la suite de l'enregistrement TLS, 6\u00a0octets.");
  for (const Arrow& arrow : diagram.arrows)
    CHECK(arrow.text.find("secret") == std::string::npos);
}

TEST_CASE("compressed frames are inflated", "[rfc7692][7.2.3.1]") {
  const std::string request = "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n\r\n";
  const std::string answer = "HTTP/1.1 101 Switching Protocols\r\n\r\n";
  const std::string hello("\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00", 9);
  const Diagram diagram = merged(server()
                                     .call(3.0, recv_of(server_end, request))
                                     .call(3.2, send_of(server_end, answer + hello)),
                                 client()
                                     .call(2.5, send_of(client_end, request))
                                     .call(3.5, recv_of(client_end, answer + hello)));
  REQUIRE(diagram.arrows.size() == 3);
  REQUIRE(diagram.arrows[2].frames.size() == 1);
  CHECK(diagram.arrows[2].frames[0].compressed);
  CHECK(diagram.arrows[2].frames[0].payload_text == "Hello");
  CHECK(diagram.arrows[2].frames[0].length == 7);
}

TEST_CASE("TLS records are named, and their bytes not shown as text", "[rfc8446][5.1]") {
  const std::string records("\x16\x03\x01\x00\x02\x01!\x17\x03\x03\x00\x03???", 15);
  const Diagram diagram = merged(server().call(3.0, recv_of(server_end, records)),
                                 client().call(2.5, send_of(client_end, records)));
  REQUIRE(diagram.arrows.size() == 2);
  CHECK(diagram.arrows[1].text.find("ClientHello") != std::string::npos);
  CHECK(diagram.arrows[1].text.find("données chiffrées") != std::string::npos);
  CHECK(diagram.arrows[1].text.find("???") == std::string::npos);
}
