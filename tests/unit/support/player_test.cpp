// The programs played here are shell scripts, so that each can be wrong in its own way.
#include "support/player.hpp"

#include <unistd.h>

#include <fstream>

#include "support/catch.hpp"
#include "support/loopback.hpp"

using namespace prise::testing;

namespace {

namespace fs = std::filesystem;

// A folder of programs, gone at the end.
class Programs {
public:
  Programs() {
    std::string name = (fs::temp_directory_path() / "prise-player-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    folder_ = name;
  }
  ~Programs() { fs::remove_all(folder_); }
  Programs(const Programs&) = delete;
  Programs& operator=(const Programs&) = delete;

  void add(const std::string& name, const std::string& script) {
    std::ofstream(folder_ / name) << "#!/bin/sh\n" << script << "\n";
    fs::permissions(folder_ / name, fs::perms::owner_all);
  }
  const fs::path& folder() const { return folder_; }

private:
  fs::path folder_;
};

class Notebook : public Audience {
public:
  std::string text;

private:
  void scene(const Scene& scene) override { text += "== " + scene.title + "\n"; }
  void started(const std::string& label, const std::string& command) override {
    text += label + " $ " + command + "\n";
  }
  void printed(const std::string& label, const std::string& line) override {
    text += label + " | " + line + "\n";
  }
  void typed(const std::string& label, const std::string& prompt,
             const std::string& typed) override {
    text += label + " > " + prompt + typed + "\n";
  }
};

// What the player says about this script when it is played as this transcript; "" when all is well.
std::string report_of(const std::string& script, const std::string& transcript,
                      Seconds patience = Seconds(20)) {
  Programs programs;
  programs.add("one", script);
  Notebook notebook;
  const auto report = play(parse_transcript(transcript),
                           {programs.folder(), PortChoice::by_kernel, patience}, notebook);
  return report.value_or("");
}

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

constexpr Seconds short_patience(0.3);

}  // namespace

TEST_CASE("a play that goes as written is shown in the order written", "[support][player]") {
  Programs programs;
  programs.add("asks", "printf 'Vous : '; read line; echo \"Reçu : $line\"; read line; exit 3");
  programs.add("says", "echo Bonjour");
  Notebook notebook;
  const auto report = play(parse_transcript("== Tout va bien\n"
                                            "a $ asks\n"
                                            "b $ says \"deux mots\"\n"
                                            "b | Bonjour\n"
                                            "a > Vous : «Salut !»\n"
                                            "a | Reçu : Salut !\n"
                                            "a > ^D\n"
                                            "a = 3\n"),
                           {programs.folder(), PortChoice::as_written, Seconds(20)}, notebook);
  CHECK(report.value_or("") == "");
  CHECK(notebook.text ==
        "== Tout va bien\na $ asks\nb $ says \"deux mots\"\nb | Bonjour\na > Vous : Salut !\n"
        "a | Reçu : Salut !\na > ^D\n");
}

TEST_CASE("a mismatch shows the expected and the actual line and the exchange so far",
          "[support][player]") {
  const std::string report = report_of("printf 'un\\ndeux\\n\\033[31mtrois\\nquatre\\n'",
                                       "a $ one\na | un\na | deux\na | troix\n");
  CHECK(report ==
        "L'échange s'écarte de la transcription, ligne 4.\n"
        "  attendu  a | troix\n"
        "  obtenu   a | \\x1b[31mtrois\n"
        "L'échange jusque-là :\n"
        "  a $ one\n  a | un\n  a | deux\n"
        "  (non lu) a | quatre\n");
}

TEST_CASE("a program that says nothing is reported after the patience", "[support][player]") {
  const std::string report =
      report_of("printf 'un début'; exec sleep 1000", "a $ one\na | un\n", short_patience);
  CHECK(holds(report, "attendu  a | un\n"));
  CHECK(holds(report, "obtenu   a | (rien depuis 0.3 s) ; ligne inachevée : un début\n"));
}

TEST_CASE("a program that crashes is reported with its signal", "[support][player]") {
  const std::string report = report_of("echo un; kill -SEGV $$", "a $ one\na | un\na | deux\n");
  CHECK(holds(report, "attendu  a | deux\n"));
  CHECK(holds(report, "(plus rien : tué par le signal 11 (SIGSEGV))"));
  CHECK(holds(report_of("echo un; kill -SEGV $$", "a $ one\na | un\n"), "SIGSEGV"));
  CHECK(holds(report_of("kill -SEGV $$", "a $ one\na = 1\n"), "SIGSEGV"));
}

TEST_CASE("a program that goes on is reported", "[support][player]") {
  const std::string report =
      report_of("echo un; exec sleep 1000", "a $ one\na | un\n", short_patience);
  CHECK(holds(report, "attendu  a | (la fin du programme)"));
  CHECK(holds(report, "(il tourne encore après 0.3 s)"));
}

TEST_CASE("a wrong status is reported", "[support][player]") {
  CHECK(holds(report_of("exit 2", "a $ one\n"), "obtenu   a | terminé avec le statut 2"));
  CHECK(holds(report_of("exit 2", "a $ one\na = 1\n"), "attendu  a | terminé avec le statut 1"));
  CHECK(report_of("exit 2", "a $ one\na = 2\n").empty());
}

TEST_CASE("a line too many is reported", "[support][player]") {
  for (const std::string script : {"echo un; echo deux", "echo un; printf deux"}) {
    const std::string report = report_of(script, "a $ one\na | un\n");
    CHECK(holds(report, "attendu  a | (rien de plus)"));
    CHECK(holds(report, "obtenu   a | deux"));
  }
}

TEST_CASE("a program that is not there is reported, not waited for", "[support][player]") {
  CHECK(holds(report_of("", "a $ two\na | un\n", Seconds(1000)), "terminé avec le statut 127"));
}

TEST_CASE("another prompt than the one written is reported", "[support][player]") {
  const std::string report =
      report_of("printf 'Moi : '; read line", "a $ one\na > Vous : «x»\n", short_patience);
  CHECK(holds(report, "attendu  a | Vous : "));
  CHECK(holds(report, "obtenu   a | Moi : "));
}

TEST_CASE("lines marked as free come in any order, each once", "[support][player]") {
  const std::string transcript = "a $ one\na ~ un\na ~ deux\na | fin\n";
  CHECK(report_of("echo un; echo deux; echo fin", transcript).empty());
  CHECK(report_of("echo deux; echo un; echo fin", transcript).empty());
  CHECK(holds(report_of("echo un; echo un; echo fin", transcript), "attendu  a | deux"));
  CHECK(holds(report_of("echo un; echo fin; echo deux", transcript), "obtenu   a | fin"));
}

TEST_CASE("a program that Ctrl-C ends has ended well", "[support][player]") {
  CHECK(report_of("echo un; exec sleep 1000", "a $ one\na | un\na > ^C\n").empty());
}

TEST_CASE("ports are the kernel's in a test, and each program learns them", "[support][player]") {
  Programs programs;
  programs.add("server", "test \"$2\" = 0 && echo 'Port : 4242' && echo 'écoute sur le port 4242'");
  programs.add("client", "echo \"vers $2 et $4\"");
  Notebook notebook;
  const auto report = play(parse_transcript("port 9999\n"
                                            "port 9998 fermé\n"
                                            "s $ server\n"
                                            "s | écoute sur le port 9999\n"
                                            "c $ client --port 9999 --other 9999\n"
                                            "c | vers 9999 et 9999\n"
                                            "d $ client --port 9998 --other 9999\n"
                                            "d | vers 9998 et 9999\n"),
                           {programs.folder(), PortChoice::by_kernel, Seconds(20)}, notebook);
  CHECK(report.value_or("") == "");
  CHECK(holds(notebook.text, "c | vers 4242 et 4242"));
  CHECK_FALSE(holds(notebook.text, "vers 9998"));
}

TEST_CASE("a server that does not say its port is reported", "[support][player]") {
  const std::string report = report_of("echo 'Serveur prêt'", "port 9999\na $ one\na | x\n");
  CHECK(holds(report, "attendu  a | Port : <port>"));
  CHECK(holds(report, "obtenu   a | Serveur prêt"));
}

TEST_CASE("as a demonstration ports are those written", "[support][player]") {
  Programs programs;
  programs.add("server", "echo \"$1 $2\"");
  Notebook notebook;
  const auto report = play(parse_transcript("port 9999\ns $ server\ns | --port 9999\n"),
                           {programs.folder(), PortChoice::as_written, Seconds(20)}, notebook);
  CHECK(report.value_or("") == "");
}

TEST_CASE("one name stands for one value in a scene, and is free again in the next",
          "[support][player]") {
  CHECK(report_of("echo de 1; echo de 1", "a $ one\na | de <port>\na | de <port>\n").empty());
  CHECK(holds(report_of("echo de 1; echo de 2", "a $ one\na | de <port>\na | de <port>\n"),
              "obtenu   a | de 2"));
}

TEST_CASE("everything the player started has ended when it returns", "[support][player]") {
  Programs programs;
  programs.add("one", "sleep 1000 & echo $! > pids; echo $$ >> pids; echo un; wait");
  const fs::path here = fs::current_path();
  fs::current_path(programs.folder());
  const auto before = open_descriptors();
  Notebook notebook;
  const auto report = play(parse_transcript("a $ one\na | deux\n"),
                           {programs.folder(), PortChoice::by_kernel, Seconds(20)}, notebook);
  fs::current_path(here);
  CHECK(report.has_value());
  CHECK(open_descriptors() == before);
  std::ifstream pids(programs.folder() / "pids");
  int count = 0;
  for (pid_t pid = 0; pids >> pid; ++count) {
    const Deadline deadline = within(Seconds(20));
    const std::string stat = "/proc/" + std::to_string(pid) + "/stat";
    const auto runs = [&stat] {
      std::string line;
      std::getline(std::ifstream(stat) >> std::ws, line);
      return !line.empty() && line.find(") Z") == std::string::npos;
    };
    while (runs() && Clock::now() < deadline) {
    }
    CHECK_FALSE(runs());
  }
  CHECK(count == 2);
}

TEST_CASE("a prompt can be waited for without an answer", "[support][player]") {
  const std::string script =
      "printf 'Vous : '; read go; printf '\\nUn message\\n'; read line; echo \"Reçu : $line\"";
  CHECK(report_of(script,
                  "a $ one\na ? Vous :\na > «x»\na |\na | Un message\na > «y»\na | Reçu : y") ==
        "");
  CHECK(holds(report_of(script, "a $ one\na ? Moi :\na > «x»", short_patience),
              "attendu  a | Moi : (une invite)"));
}
