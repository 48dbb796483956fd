// Real lessons, played under strace: their diagrams say what happened. What depends on who was
// quicker is not stated here, but that each diagram agrees with itself about it.
#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <set>

#include "capture/capture.hpp"
#include "merge/merge.hpp"
#include "subject.hpp"
#include "support/catch.hpp"

using namespace prise;
using namespace prise::trace;

namespace {

class Silence : public testing::Audience {
  void scene(const testing::Scene&) override {}
  void started(const std::string&, const std::string&) override {}
  void printed(const std::string&, const std::string&) override {}
  void typed(const std::string&, const std::string&, const std::string&) override {}
};

// A diagram, and questions to it.
class Traced {
public:
  explicit Traced(const std::string& lesson, std::optional<std::size_t> scene = {}) {
    const Subject subject = find_subject(lesson, PRISE_ROOT, PRISE_BUILD);
    testing::PlaySettings settings;
    settings.programs = subject.programs;
    settings.ports = testing::PortChoice::by_kernel;
    settings.patience = testing::Seconds(60);
    Silence silence;
    MergeSettings merging{subject.title};
    merging.root = PRISE_ROOT;
    diagram_ =
        merge(capture_scene(subject.transcript, scene.value_or(main_scene(subject.transcript)),
                            settings, silence),
              merging);
    check();
  }

  const Diagram& diagram() const { return diagram_; }
  const Event& event(std::size_t i) const { return diagram_.events.at(i); }
  const std::string& lane_of(std::size_t i) const { return diagram_.lanes.at(event(i).lane).label; }

  std::vector<std::string> lanes() const {
    std::vector<std::string> labels;
    for (const Lane& lane : diagram_.lanes)
      labels.push_back(lane.label);
    return labels;
  }

  // The calls of a lane that are among these, in order.
  std::vector<std::string> calls(const std::string& lane,
                                 const std::set<std::string>& among) const {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < diagram_.events.size(); ++i)
      if (lane_of(i) == lane && among.contains(event(i).call)) names.push_back(event(i).call);
    return names;
  }

  // « client send -> serveur recv : Salut ! », in order.
  std::vector<std::string> arrows(ArrowKind kind) const {
    std::vector<std::string> texts;
    for (const Arrow& arrow : diagram_.arrows)
      if (arrow.kind == kind)
        texts.push_back(place(arrow.from) + (arrow.to ? " -> " + place(*arrow.to) : "") +
                        (arrow.text.empty() ? "" : " : " + arrow.text));
    return texts;
  }

  // The bytes that went from one lane to the other, by the arrows.
  std::size_t bytes(const std::string& from, const std::string& to) const {
    std::size_t sum = 0;
    for (const Arrow& arrow : diagram_.arrows)
      if (arrow.kind == ArrowKind::bytes && arrow.to && lane_of(arrow.from) == from &&
          lane_of(*arrow.to) == to)
        sum += arrow.bytes;
    return sum;
  }

private:
  std::string place(std::size_t i) const { return lane_of(i) + " " + event(i).call; }

  // What holds of every diagram.
  void check() const {
    std::map<std::size_t, const Arrow*> first_to;
    for (const Arrow& arrow : diagram_.arrows) {
      REQUIRE(arrow.from < diagram_.events.size());
      if (arrow.kind == ArrowKind::bytes || arrow.kind == ArrowKind::datagram)
        CHECK(arrow.bytes > 0);
      CHECK((arrow.kind == ArrowKind::lost) == !arrow.to);
      if (!arrow.to) continue;
      REQUIRE(*arrow.to < diagram_.events.size());
      CHECK(event(arrow.from).began <= event(*arrow.to).ended);  // nothing comes before it was sent
      first_to.emplace(*arrow.to, &arrow);
    }
    for (std::size_t i = 0; i < diagram_.events.size(); ++i) {
      const Event& one = event(i);
      INFO(lane_of(i) << " " << one.call << ": " << one.meaning);
      CHECK(one.lane < diagram_.lanes.size());
      CHECK_FALSE(one.meaning.empty());
      CHECK((i == 0 || diagram_.events[i - 1].began <= one.began));
      CHECK((one.waited || one.ended == one.began));
      // Nothing is shown to last beyond what the same thread did next.
      const auto next = std::find_if(diagram_.events.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                                     diagram_.events.end(),
                                     [&](const Event& other) { return other.lane == one.lane; });
      if (next != diagram_.events.end()) CHECK(one.ended <= next->began + 1e-5);
      // Who called before there was anything waited for it, and is shown so; in these lessons those
      // calls may sleep.
      const auto first = first_to.find(i);
      const bool may_sleep = one.call == "recv" || one.call == "recvfrom" || one.call == "accept";
      if (first != first_to.end() && may_sleep && one.arguments.find("fois") == std::string::npos)
        CHECK(one.waited == (event(first->second->from).began > one.began));
    }
  }

  Diagram diagram_;
};

using Lines = std::vector<std::string>;
const std::set<std::string> socket_calls{"socket",   "bind",     "listen", "accept",
                                         "connect",  "send",     "recv",   "sendto",
                                         "recvfrom", "shutdown", "close"};

}  // namespace

TEST_CASE("lesson 01: a connection, and nothing on it") {
  const Traced traced("01");
  CHECK(traced.lanes() == Lines{"serveur", "client"});
  CHECK(traced.calls("serveur", socket_calls) ==
        Lines{"socket", "bind", "listen", "accept", "close", "close"});
  CHECK(traced.calls("client", socket_calls) == Lines{"socket", "connect", "close"});
  CHECK(traced.arrows(ArrowKind::connection) == Lines{"client connect -> serveur accept"});
  CHECK(traced.arrows(ArrowKind::bytes).empty());
  CHECK(traced.diagram().title.find("01") != std::string::npos);
}

TEST_CASE("lesson 01: refused where nobody listens") {
  const Traced traced("01", 1);
  CHECK(traced.lanes() == Lines{"client"});
  const auto& events = traced.diagram().events;
  const auto connect = std::find_if(events.begin(), events.end(),
                                    [](const Event& event) { return event.call == "connect"; });
  REQUIRE(connect != events.end());
  CHECK(connect->outcome == Outcome::failed);
  CHECK(connect->result == "ECONNREFUSED");
  CHECK_FALSE(connect->waited);
}

TEST_CASE("lesson 03: a request, a reply") {
  const Traced traced("03");
  CHECK(traced.calls("serveur", socket_calls) ==
        Lines{"socket", "bind", "listen", "accept", "recv", "send", "close", "close"});
  CHECK(traced.calls("client", socket_calls) ==
        Lines{"socket", "connect", "send", "recv", "close"});
  CHECK(traced.arrows(ArrowKind::connection) == Lines{"client connect -> serveur accept"});
  CHECK(traced.arrows(ArrowKind::bytes) ==
        Lines{"client send -> serveur recv : Salut le serveur !",
              "serveur send -> client recv : Bien reçu, merci !"});
  CHECK(traced.arrows(ArrowKind::lost).empty());
}

TEST_CASE("lesson 05: a datagram each way") {
  const Traced traced("05");
  CHECK(traced.calls("serveur", socket_calls) ==
        Lines{"socket", "bind", "recvfrom", "sendto", "close"});
  CHECK(traced.calls("client", socket_calls) == Lines{"socket", "sendto", "recvfrom", "close"});
  CHECK(traced.arrows(ArrowKind::datagram) ==
        Lines{"client sendto -> serveur recvfrom : Hello UDP !",
              "serveur sendto -> client recvfrom : Message bien reçu !"});
  CHECK(traced.arrows(ArrowKind::connection).empty());
}

TEST_CASE("lesson 05: who waits in vain is shown waiting") {
  const Traced traced("05", 1);
  CHECK(traced.lanes() == Lines{"serveur", "relais", "alice", "bob", "carole"});
  int in_vain = 0;
  for (std::size_t i = 0; i < traced.diagram().events.size(); ++i) {
    const Event& event = traced.event(i);
    if (event.call != "recvfrom" || event.result != "EAGAIN") continue;
    CHECK((traced.lane_of(i) == "bob" || traced.lane_of(i) == "carole"));
    CHECK(event.waited);
    CHECK(event.ended - event.began > 0.4);  // they had half a second
    ++in_vain;
  }
  CHECK(in_vain == 2);
  const Lines datagrams = traced.arrows(ArrowKind::datagram);
  CHECK(std::count(datagrams.begin(), datagrams.end(), "relais sendto -> alice recvfrom : un") ==
        1);
  CHECK(std::count(datagrams.begin(), datagrams.end(), "bob sendto -> relais recvfrom : deux") ==
        1);
}

TEST_CASE("lesson 07: all that was sent was received, in pieces") {
  const Traced traced("07");
  CHECK(traced.bytes("client", "serveur") == 500000);
  CHECK(traced.bytes("serveur", "client") ==
        std::string("500000 octets bien reçus, empreinte 6ecd77a9").size());
  const Lines ends = traced.arrows(ArrowKind::end);
  CHECK(std::count(ends.begin(), ends.end(), "client shutdown -> serveur recv") == 1);
  const Lines calls = traced.calls("serveur", {"accept", "recv", "send"});
  REQUIRE(calls.size() > 3);
  CHECK(calls.front() == "accept");
  CHECK(std::count(calls.begin(), calls.end(), "recv") > 2);  // 500,000 bytes by 65,536 at most
  CHECK(traced.arrows(ArrowKind::lost).empty());
}

TEST_CASE("lesson 09: each in turn, with the lines of code") {
  const Traced traced("09");
  CHECK(traced.arrows(ArrowKind::bytes) ==
        Lines{"client send -> serveur recv : Salut !",
              "serveur send -> client recv : Hey, comment ça va ?",
              "client send -> serveur recv : Bien et toi ?", "serveur send -> client recv : quit"});
  const Lines turns{"send", "recv", "send", "recv"};
  CHECK(traced.calls("client", {"send", "recv"}) == turns);
  CHECK(traced.calls("serveur", {"send", "recv"}) == Lines{"recv", "send", "recv", "send"});
  for (const Event& event : traced.diagram().events) {
    if (event.call != "send") continue;
    REQUIRE(event.source);
    CHECK(event.source->file == "lessons/09_chat_half_duplex/turns.hpp");
    CHECK(event.source->line > 0);
    CHECK(event.source->text.find("send") != std::string::npos);
  }
}

TEST_CASE("lesson 10: two threads on each side are four lanes") {
  const Traced traced("10");
  CHECK(traced.lanes() == Lines{"serveur", "serveur, fil 2", "client", "client, fil 2"});
  CHECK(traced.calls("serveur", {"std::thread"}).size() == 1);
  CHECK(traced.calls("client", {"std::thread"}).size() == 1);
  // One thread of each side talks, the other listens.
  CHECK(traced.calls("serveur", {"send", "recv"}) == Lines{"send"});
  CHECK(traced.calls("client", {"send", "recv"}) == Lines{"send", "send", "send"});
  CHECK(traced.calls("client, fil 2", {"send"}).empty());
  CHECK(traced.bytes("client", "serveur, fil 2") == std::string("Salut !Tu es là ?quit").size());
  CHECK(traced.bytes("serveur", "client, fil 2") == std::string("Oui, je lisais.").size());
}

TEST_CASE("lesson 13: one thread, three clients") {
  const Traced traced("13");
  CHECK(traced.lanes() == Lines{"serveur", "alice", "bob", "carole"});
  CHECK(traced.arrows(ArrowKind::connection) == Lines{"alice connect -> serveur accept",
                                                      "bob connect -> serveur accept",
                                                      "carole connect -> serveur accept"});
  const Lines bytes = traced.arrows(ArrowKind::bytes);
  for (const char* arrow :
       {"alice send -> serveur recv : Bonjour à tous !",
        "serveur send -> bob recv : Bonjour à tous !",
        "serveur send -> carole recv : Bonjour à tous !",
        "bob send -> serveur recv : Salut Alice !", "serveur send -> alice recv : Salut Alice !",
        "serveur send -> carole recv : Salut Alice !"}) {
    INFO(arrow);
    CHECK(std::count(bytes.begin(), bytes.end(), arrow) == 1);
  }
  CHECK(bytes.size() == 6);
  for (std::size_t i = 0; i < traced.diagram().events.size(); ++i)  // it sleeps in poll alone
    if (traced.lane_of(i) == "serveur" && traced.event(i).waited)
      CHECK(traced.event(i).call == "poll");
}

TEST_CASE("lesson 17: the handshake, then frames") {
  const Traced traced("17");
  const Lines bytes = traced.arrows(ArrowKind::bytes);
  REQUIRE(bytes.size() >= 2);
  CHECK(bytes[0].find(": GET / HTTP/1.1\\r\\n") != std::string::npos);
  CHECK(bytes[1].find(": HTTP/1.1 101 ") != std::string::npos);
  Lines asked, answered;
  for (const Arrow& arrow : traced.diagram().arrows)
    for (const Frame& frame : arrow.frames) {
      const bool from_client = traced.lane_of(arrow.from) == "client";
      (from_client ? asked : answered).push_back(frame.opcode + " " + frame.payload_text);
      CHECK(frame.masked == from_client);
      CHECK(frame.fin);
    }
  CHECK(asked == Lines{"text Bonjour !", "text Comment ça va ?", "close "});
  CHECK(answered == Lines{"text Echo : Bonjour !", "text Echo : Comment ça va ?", "close "});
}

TEST_CASE("lesson 18: what wakes a poll began before it returned") {
  const Traced traced("18", 2);
  CHECK(traced.lanes().size() > 1);
}

// Slow, as every program built on asio is under strace.
TEST_CASE("the chat: two people in a room", "[.chat]") {
  const Traced traced("chat");
  const Lines lanes = traced.lanes();
  for (const char* label : {"serveur", "zoé", "luc"}) {
    INFO(label);
    CHECK(std::count(lanes.begin(), lanes.end(), label) == 1);
  }
  Lines said;
  for (const Arrow& arrow : traced.diagram().arrows)
    for (const Frame& frame : arrow.frames)
      if (frame.opcode == "text" && frame.payload_text.find("Salut Luc !") != std::string::npos)
        said.push_back(traced.lane_of(arrow.from) + " -> " + traced.lane_of(*arrow.to));
  REQUIRE(said.size() == 3);  // to the server, and from there to both
  CHECK(said[0] == "zoé -> serveur");
  CHECK(std::count(said.begin(), said.end(), "serveur -> luc") == 1);
  CHECK(std::count(said.begin(), said.end(), "serveur -> zoé") == 1);
}
