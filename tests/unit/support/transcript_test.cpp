#include "support/transcript.hpp"

#include "support/catch.hpp"

using namespace prise::testing;

namespace {

std::string error_of(std::string_view text) {
  try {
    parse_transcript(text);
  } catch (const TranscriptError& error) {
    return error.what();
  }
  return "(aucune erreur)";
}

bool fits(std::string_view expected, std::string_view actual) {
  Bindings bindings;
  return matches(expected, actual, bindings);
}

}  // namespace

TEST_CASE("a transcript is read as it is written", "[support][transcript]") {
  const Transcript transcript = parse_transcript(
      "# a comment\n"
      "port 9999\n"
      "port 9998 fermé\n"
      "\n"
      "== Un titre : le premier\n"
      "serveur $ server --buffer 10\n"
      "serveur | Serveur en écoute\n"
      "serveur |\n"
      "client  $ client\n"
      "client  ~   deux espaces\n"
      "client  > Vous : «Salut «toi» !»\n"
      "client  > Vous : ^D\n"
      "client  > ^C\n"
      "client  ? Vous : \n"
      "client  = 1\n"
      "== Un autre\n"
      "seul    $ server\n"
      "port aucun frames\n");
  REQUIRE(transcript.ports.size() == 2);
  CHECK(transcript.ports[0].number == 9999);
  CHECK_FALSE(transcript.ports[0].closed);
  CHECK(transcript.ports[1].number == 9998);
  CHECK(transcript.ports[1].closed);
  CHECK(transcript.without_port == std::vector<std::string>{"frames"});

  REQUIRE(transcript.scenes.size() == 2);
  CHECK(transcript.scenes[0].title == "Un titre : le premier");
  CHECK(transcript.scenes[1].title == "Un autre");
  CHECK(transcript.scenes[1].steps.size() == 1);

  struct Row {
    std::size_t line;
    StepKind kind;
    std::string label, text, prompt;
  };
  const std::vector<Row> rows{{6, StepKind::start, "serveur", "server --buffer 10", ""},
                              {7, StepKind::print, "serveur", "Serveur en écoute", ""},
                              {8, StepKind::print, "serveur", "", ""},
                              {9, StepKind::start, "client", "client", ""},
                              {10, StepKind::print_any_order, "client", "  deux espaces", ""},
                              {11, StepKind::type, "client", "Salut «toi» !", "Vous : "},
                              {12, StepKind::press_ctrl_d, "client", "", "Vous : "},
                              {13, StepKind::press_ctrl_c, "client", "", ""},
                              {14, StepKind::prompt, "client", "Vous :", ""},
                              {15, StepKind::end, "client", "1", ""}};
  REQUIRE(transcript.scenes[0].steps.size() == rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Step& step = transcript.scenes[0].steps[i];
    INFO("line " << rows[i].line);
    CHECK(step.line == rows[i].line);
    CHECK(step.kind == rows[i].kind);
    CHECK(step.label == rows[i].label);
    CHECK(step.text == rows[i].text);
    CHECK(step.prompt == rows[i].prompt);
  }
}

TEST_CASE("a transcript that cannot be read is refused by its line", "[support][transcript]") {
  CHECK(error_of("") == "transcript, ligne 0 : rien à jouer");
  CHECK(error_of("port 9999\n") == "transcript, ligne 1 : rien à jouer");
  CHECK(error_of("a $ b\nseul\n").starts_with("transcript, ligne 2 : il manque"));
  CHECK(error_of("a $ b\na   \n").starts_with("transcript, ligne 2 : il manque"));
  CHECK(error_of("a $ b\na ! c\n").starts_with("transcript, ligne 2 : le signe"));
  CHECK(error_of("a $ b\na > Vous : Salut\n").starts_with("transcript, ligne 2 : ce qui est tapé"));
  CHECK(error_of("a $ b\na > «Salut\n").starts_with("transcript, ligne 2 : ce qui est tapé"));
  CHECK(error_of("a $ b\nc | d\n") ==
        "transcript, ligne 2 : « c » n'a pas été lancé ($) dans cette scène");
  CHECK(error_of("a $ b\n== Deux\na | d\n").starts_with("transcript, ligne 3 : « a »"));
  for (const std::string port :
       {"port abc\n", "port \n", "port 70000\n", "port 999999\n", "port 9999 ouvert\n"}) {
    INFO(port);
    CHECK(error_of(port + "a $ b\n").starts_with("transcript, ligne 1 : « port 9999 »"));
  }
  for (const std::string status : {"a = \n", "a = un\n", "a = 256\n", "a = -1\n"}) {
    INFO(status);
    CHECK(error_of("a $ b\n" + status).starts_with("transcript, ligne 2 : "));
  }
}

TEST_CASE("text without placeholders stands for itself", "[support][transcript]") {
  CHECK(fits("Salut !", "Salut !"));
  CHECK_FALSE(fits("Salut !", "Salut ?"));
  CHECK_FALSE(fits("Salut", "Salut !"));
  CHECK_FALSE(fits("Salut !", " Salut !"));
  CHECK(fits("a.b*c(d)[e]{f}^$|\\+?", "a.b*c(d)[e]{f}^$|\\+?"));
  CHECK_FALSE(fits("a.b", "axb"));
  CHECK(fits("<autre> <", "<autre> <"));
}

TEST_CASE("a placeholder stands for any value of its kind", "[support][transcript]") {
  CHECK(fits("('127.0.0.1', <port>)", "('127.0.0.1', 52314)"));
  CHECK_FALSE(fits("('127.0.0.1', <port>)", "('127.0.0.1', abc)"));
  CHECK_FALSE(fits("('127.0.0.1', <port>)", "('127.0.0.1', )"));
  CHECK(fits("de <adresse>", "de 2001:db8::1"));
  CHECK_FALSE(fits("de <adresse>", "de localhost!"));
  CHECK(fits("<nombre> s", "0.25 s"));
  CHECK(fits("<nombre> s", "12,5 s"));
  CHECK_FALSE(fits("<nombre> s", "vite s"));
  CHECK(fits("a<texte>", "a"));
  CHECK(fits("a<texte>z", "a b c z"));
}

TEST_CASE("one name stands for one value, numbers and texts each for themselves",
          "[support][transcript]") {
  Bindings bindings;
  CHECK(matches("de <port>", "de 1000", bindings));
  CHECK(matches("encore <port>", "encore 1000", bindings));
  CHECK_FALSE(matches("encore <port>", "encore 1001", bindings));
  CHECK(matches("autre <port-2>", "autre 1001", bindings));
  CHECK(bindings == Bindings{{"<port>", "1000"}, {"<port-2>", "1001"}});
  CHECK(matches("<nombre> et <nombre>", "1 et 2", bindings));
  CHECK(matches("<texte> et <texte>", "x et y", bindings));
}

TEST_CASE("a line that does not match binds nothing", "[support][transcript]") {
  Bindings bindings;
  CHECK_FALSE(matches("de <port> !", "de 1000 ?", bindings));
  CHECK(bindings.empty());
}
