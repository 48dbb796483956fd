// Exercise 13: the chat room in one thread, where nobody holds up the others: neither who says
// nothing for too long, nor who does not read.
#include "exercises/support/check.hpp"

#include <fmt/core.h>
#include <poll.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"

using namespace prise::check;
using prise::testing::Clock;

namespace {

const std::string end_line = "Chat terminé.";
const std::string farewell = "Le serveur s'arrête.";

void pause(Seconds time) {
  ::poll(nullptr, 0, static_cast<int>(time.count() * 1000));
}

// The student's server.
struct Server {
  explicit Server(Check& a_check, double idle = 600, std::size_t queue_bytes = 65536)
      : check(a_check),
        program(check.start({"--port", "0", "--idle", fmt::format("{}", idle), "--queue",
                             std::to_string(queue_bytes)})) {
    port = program.read_port();
    program.expect_line("Serveur de chat démarré...");
  }

  Peer welcome(Guesses guesses = {}) {
    Peer client = check.connect(port);
    program.expect_line("Nouvelle connexion : " + client.own_address(), guesses);
    return client;
  }
  void expect_said(const Peer& speaker, const std::string& line, Guesses guesses = {}) {
    guesses.push_back({"one_recv_one_message", contains("\\n")});
    guesses.push_back({"eagain_taken_for_end", starts_with("Connexion fermée : ")});
    guesses.push_back({"second_line_lost", is_empty()});
    program.expect_line(speaker.own_address() + " : " + line, guesses);
  }
  void expect_gone(const std::string& address, const Guesses& guesses = {}) {
    program.expect_line("Connexion fermée : " + address, guesses);
  }

  Check& check;
  Program program;
  std::uint16_t port = 0;
};

std::string silent_line(const std::string& address) {
  return "Trop longtemps silencieux : " + address;
}

}  // namespace

TEST_CASE("what one says, the others hear") {
  Check check("trois clients ; chacun parle, les autres entendent");
  Server server(check);
  Peer first = server.welcome();
  Peer second = server.welcome({{"accept_blocks", is_empty()}});
  Peer third = server.welcome({{"accept_blocks", is_empty()}});
  const std::vector<Peer*> all{&first, &second, &third};
  for (int round = 0; round < 2; ++round) {
    for (Peer* speaker : all) {
      const std::string text = check.random_text(15);
      speaker->send(text + "\n");
      server.expect_said(*speaker, text, {{"accept_blocks", is_empty()}});
      for (Peer* listener : all) {
        if (listener == speaker) continue;
        listener->expect_line(text,
                              {{"speaker_hears_himself", is_empty()}, {"one_recv_one_message"}});
      }
    }
  }
  // Had they heard themselves, it would stand before this.
  first.half_close();
  server.expect_gone(first.own_address(), {{"end_not_seen", is_empty()}});
  first.expect_closed({{"speaker_hears_himself"}});
}

TEST_CASE("nothing happens, and the program sleeps") {
  Check check("deux clients se sont parlé, puis plus rien : le serveur doit dormir");
  Server server(check);
  Peer first = server.welcome();
  Peer second = server.welcome();
  first.send("Bonjour\n");
  server.expect_said(first, "Bonjour");
  second.expect_line("Bonjour");
  // Not by the time it used: on a busy machine, one that never sleeps gets little of it.
  const Deadline deadline = check.deadline();
  int asleep = 0;
  while (asleep < 5 && Clock::now() < deadline) {
    asleep = server.program.sleeps() ? asleep + 1 : 0;
    pause(Seconds(0.001));
  }
  check.require(asleep == 5, "un programme qui dort tant que rien n'arrive",
                "il tourne sans cesse, et occupe un processeur entier", {{"busy_loop"}});
}

TEST_CASE("lines, however they arrive") {
  for (const Delivery delivery : {Delivery::chopped, Delivery::byte_by_byte}) {
    Check check(delivery == Delivery::chopped ? "des lignes qui arrivent en morceaux"
                                              : "des lignes qui arrivent octet par octet");
    Server server(check);
    Peer speaker = server.welcome();
    Peer listener = server.welcome();
    for (int i = 0; i < 2; ++i) {
      const std::string text = check.random_text(10);
      speaker.send(text + "\n", delivery);
      server.expect_said(speaker, text, {{"one_recv_one_message", starts_with("(")}});
      listener.expect_line(text);
    }
  }
  Check check("trois lignes qui arrivent en une fois");
  Server server(check);
  Peer speaker = server.welcome();
  Peer listener = server.welcome();
  speaker.send("un\ndeux\ntrois\n");
  for (const std::string text : {"un", "deux", "trois"}) {
    server.expect_said(speaker, text);
    listener.expect_line(text);
  }
}

TEST_CASE("those who leave harm no one") {
  Check check(
      "l'un ferme, l'autre coupe, un troisième envoie une ligne sans fin ; le dernier reste");
  Server server(check);
  Peer stays = server.welcome();
  {
    Peer polite = server.welcome();
    const std::string address = polite.own_address();
    polite.close();
    server.expect_gone(address, {{"end_not_seen", is_empty()}});
  }
  {
    Peer rude = server.welcome();
    const std::string address = rude.own_address();
    rude.send("Au rev");
    rude.reset();
    server.expect_gone(
        address, {{"end_not_seen", is_empty()}, {"one_recv_one_message", contains("Au rev")}});
  }
  Peer endless = server.welcome();
  endless.send(std::string(3000, 'a'));
  server.program.expect_line("Ligne trop longue : " + endless.own_address(),
                             {{"line_without_limit"}});
  server.expect_gone(endless.own_address());
  stays.send("Je reste\n");
  server.expect_said(stays, "Je reste");
}

TEST_CASE("one who does not read for a while loses nothing, and holds up no one") {
  Check check("un client cesse de lire ; les autres se parlent ; puis il lit tout");
  Server server(check, 600, 1'000'000);
  Peer stalled = server.welcome();
  stalled.keep_small_buffer();
  Peer speaker = server.welcome();
  Peer listener = server.welcome();
  std::string all;
  for (int i = 0; i < 1200; ++i) {
    const std::string text = fmt::format("{:04} ", i) + std::string(90, 'x');
    all += text + "\n";
    speaker.send(text + "\n");
    server.expect_said(speaker, text,
                       {{"blocking_send", is_empty()},
                        {"eagain_on_send", equals("Connexion fermée : " + stalled.own_address())}});
    listener.expect_line(text, {{"blocking_send", is_empty()}});
  }
  // Lost, or kept for ever: from here both are silence.
  stalled.expect_bytes(all, {{"partial_send_lost|rest_never_sent"}});
  server.program.expect_still_running();
}

TEST_CASE("one who never reads is dismissed, and his neighbours miss nothing") {
  Check check("un client ne lit jamais : sa file est bornée à 20000 octets");
  Server server(check, 600, 20'000);
  Peer speaker = server.welcome();
  Peer before = server.welcome();
  Peer stalled = server.welcome();
  stalled.keep_small_buffer();
  Peer after = server.welcome();
  const std::string full = "File pleine : " + stalled.own_address();
  const std::string gone = "Connexion fermée : " + stalled.own_address();
  bool is_full = false, is_gone = false;
  // Said already, though perhaps not looked at yet.
  const auto when_one_was_dismissed = [&server, &full](auto) {
    return server.program.process().wait_for(full, prise::testing::within(Seconds(0)));
  };
  for (int i = 0; i < 2500 && !is_gone; ++i) {
    const std::string text = fmt::format("{:04} ", i) + std::string(90, 'x');
    const std::string said = speaker.own_address() + " : " + text;
    speaker.send(text + "\n");
    // What is said of the one who is dismissed may come before this line's end, or after it.
    bool is_said = false;
    while (!is_said || (is_full && !is_gone)) {
      const std::string line = server.program.read_line(said, {{"blocking_send", is_empty()}});
      const bool news = (line == full && !is_full) || (line == gone && is_full && !is_gone);
      if (!news && line != said)
        check.fail(is_full ? gone : said, line, {{"queue_full_not_said", equals(gone)}});
      is_full |= line == full;
      is_gone |= line == gone;
      is_said |= line == said;
    }
    for (Peer* listener : {&before, &after})
      listener->expect_line(text,
                            {{"neighbour_skipped", when_one_was_dismissed}, {"blocking_send"}});
  }
  check.require(is_full, full, "2500 lignes plus tard, toujours rien : la file grandit sans fin",
                {{"queue_unbounded"}});
  speaker.send("Et maintenant ?\n");
  server.expect_said(speaker, "Et maintenant ?");
  after.expect_line("Et maintenant ?");
}

TEST_CASE("Ctrl-C: everyone is told, and everything ends") {
  Check check("Ctrl-C ; trois clients sont là, dont un qui ne lit pas");
  Server server(check, 600, 1'000'000);
  Peer first = server.welcome();
  Peer second = server.welcome();
  Peer stalled = server.welcome();
  stalled.keep_small_buffer();
  for (int i = 0; i < 900; ++i) {
    const std::string text(100, 'x');
    first.send(text + "\n");
    server.expect_said(first, text);
    second.expect_line(text);
  }
  server.program.press_ctrl_c();
  for (Peer* client : {&first, &second}) {
    client->expect_line(farewell, {{"not_told"}});
    client->expect_closed({{"not_closed"}});
  }
  server.program.expect_line(end_line, {{"ctrl_c_kills"}});
  server.program.expect_end(0, {{"goodbye_blocks"}});
}

namespace {

// Nothing came in time: does it, once something happens?
std::function<bool(std::string_view)> when_something_happens(Server& server) {
  return [&server](std::string_view actual) {
    if (!actual.empty()) return false;
    server.check.note("vérificateur : rien n'est venu ; la suite est pour comprendre");
    const Peer someone = server.check.connect(server.port);
    return server.program.process().wait_for("silencieux", prise::testing::within(Seconds(1)));
  };
}

// One speaks all the time. Is there someone who says nothing?
enum class Beside { nobody, a_silent_one };

enum class Seen { all_well, silent_one_stayed, speaker_dismissed };

Seen speak_all_the_time(Check& check, double idle, const std::string& spoken, Beside beside) {
  Server server(check, idle);
  Peer speaker = server.welcome();
  std::optional<Peer> silent;
  if (beside == Beside::a_silent_one) silent.emplace(server.welcome());
  const std::string dismissal = silent ? silent_line(silent->own_address()) : "";
  const std::string expected = silent ? dismissal : "un client qui parle, et reste";
  const std::string last_words = check.random_text(10);

  const auto start = Clock::now();
  const Deadline deadline = prise::testing::within(check.patience() + Seconds(2 * idle));
  bool last_said = false;
  while (Clock::now() < deadline) {
    if (!last_said && !silent && Clock::now() - start > Seconds(2 * idle)) {
      speaker.send("\n" + last_words + "\n");
      last_said = true;
    }
    if (!server.program.speaks_within(Seconds(idle / 5))) {
      speaker.send(spoken);
      continue;
    }
    const std::string line = server.program.read_line(expected);
    if (line.ends_with(last_words)) return Seen::all_well;
    if (line == silent_line(speaker.own_address())) return Seen::speaker_dismissed;
    if (silent && line == dismissal) {
      server.expect_gone(silent->own_address());
      silent.reset();  // goes on until the speaker has been heard once more
    }
  }
  return silent ? Seen::silent_one_stayed : Seen::speaker_dismissed;
}

// Where this machine is so busy that the one who speaks may be late, again, with more time.
Seen speak_in_time(Check& check, const std::string& spoken, Beside beside) {
  for (double idle = 0.2; idle < 1; idle *= 2) {
    const Seen seen = speak_all_the_time(check, idle, spoken, beside);
    if (seen != Seen::speaker_dismissed) return seen;
  }
  return Seen::speaker_dismissed;
}

void require_stays(Check& check, Seen seen, const std::string& mistake) {
  check.require(seen != Seen::speaker_dismissed, "celui qui parle n'est pas renvoyé",
                "« Trop longtemps silencieux », et c'est lui", {{mistake}});
}
void require_dismissed(Check& check, Seen seen, const std::string& mistake) {
  check.require(seen != Seen::silent_one_stayed, "celui qui se tait est renvoyé à l'heure",
                "il reste, tant que l'autre parle", {{mistake}});
}

}  // namespace

TEST_CASE("who says nothing is dismissed") {
  Check check("un client se tait ; --idle 0.1");
  Server server(check, 0.1);
  const auto start = Clock::now();
  Peer silent = server.welcome();
  server.program.expect_line(
      silent_line(silent.own_address()),
      {{"waits_without_limit", when_something_happens(server)}, {"idle_never_dismissed"}});
  check.require(Clock::now() - start >= Seconds(0.1), "renvoyé au bout de 0,1 s", "plus tôt",
                {{"dismissed_too_early"}});
  server.expect_gone(silent.own_address());
  silent.expect_closed();
  server.program.expect_still_running();
}

TEST_CASE("who speaks stays") {
  Check check("un client dit une ligne de temps en temps");
  require_stays(check, speak_in_time(check, "Je parle\n", Beside::nobody), "speech_not_counted");
}

TEST_CASE("who writes slowly stays, and who says nothing beside is dismissed") {
  Check check("un client envoie une lettre de temps en temps ; un autre se tait");
  const Seen seen = speak_in_time(check, "x", Beside::a_silent_one);
  require_stays(check, seen, "only_lines_count");
  require_dismissed(check, seen, "only_when_quiet");
}

TEST_CASE("to hear is not to speak") {
  Check check("un client dit une ligne de temps en temps ; un autre l'entend, et se tait");
  const Seen seen = speak_in_time(check, "Je parle\n", Beside::a_silent_one);
  require_stays(check, seen, "speech_not_counted");
  require_dismissed(check, seen, "deadline_reset_by_others");
}
