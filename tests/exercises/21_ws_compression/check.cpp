// Exercise 21: a server's side of permessage-deflate's negotiation, RFC 7692 sections 5 and 7.1.
#include <algorithm>
#include <vector>

#include "exercises/support/check.hpp"
#include "support/catch.hpp"

using namespace prise::check;

namespace {

const std::string deflate = "permessage-deflate";

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return text;
}

std::string trimmed(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == text.npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// The parameters may come in any order, with any blanks.
std::vector<std::string> parts_of(std::string value) {
  std::vector<std::string> parts;
  value += ';';
  for (std::size_t end = 0; (end = value.find(';')) != value.npos; value.erase(0, end + 1))
    parts.push_back(trimmed(value.substr(0, end)));
  std::sort(parts.begin() + 1, parts.end());
  return parts;
}

struct Answer {
  std::string status_line;
  std::string extensions;  // empty: the field is not there
};

struct Server {
  Server(Check& check, std::vector<std::string> options = {})
      : check_(&check), program(start(check, options)), port(program.read_port()) {
    program.expect_line("Serveur en écoute sur le port " + std::to_string(port) + "...");
  }

  static Program start(Check& check, std::vector<std::string> options) {
    options.insert(options.begin(), {"--port", "0"});
    return check.start(options);
  }

  // Each line is a field of its own. The names of fields may be written in any case.
  Answer ask(const std::vector<std::string>& lines, const Guesses& guesses,
             const std::string& name = "Sec-WebSocket-Extensions") {
    Peer client = check_->connect(port, guesses);
    std::string request =
        "GET / HTTP/1.1\r\nHost: exemple.fr\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    for (const std::string& line : lines)
      request += name + ": " + line + "\r\n";
    client.send(request + "\r\n");
    Answer answer;
    answer.status_line = trimmed_line(client, "HTTP/1.1 …", guesses);
    while (true) {
      const std::string line = trimmed_line(client, "la suite de la réponse", guesses);
      if (line.empty()) break;
      const std::size_t colon = line.find(':');
      if (lower(line.substr(0, colon)) != "sec-websocket-extensions") continue;
      answer.extensions = trimmed(line.substr(std::min(colon, line.size() - 1) + 1));
    }
    client.half_close();
    client.expect_closed(guesses);
    return answer;
  }

  std::string trimmed_line(Peer& client, const std::string& expected, const Guesses& guesses) {
    std::string line = client.receive_line(expected, guesses);
    if (line.ends_with('\r')) line.pop_back();
    return line;
  }

  // `expected` empty: no extension is agreed on, and the handshake succeeds all the same.
  void expect(const std::vector<std::string>& lines, const std::string& expected,
              const std::string& mistake, const std::string& name = "Sec-WebSocket-Extensions") {
    const Guesses guesses{{mistake}};
    const Answer answer = ask(lines, guesses, name);
    const bool declines = expected.empty();
    if (!answer.status_line.starts_with("HTTP/1.1 101 "))
      check_->fail("HTTP/1.1 101 Switching Protocols", answer.status_line,
                   {{declines ? "decline_refuses_handshake" : mistake}});
    program.expect_line("Accordé : " + (answer.extensions.empty() ? std::string("aucune extension")
                                                                  : answer.extensions));
    if (answer.extensions.empty() && declines) return;
    if (answer.extensions.empty() || declines || parts_of(answer.extensions) != parts_of(expected))
      check_->fail(shown(expected), shown(answer.extensions), guesses);
  }

  static std::string shown(const std::string& value) {
    return value.empty() ? "pas de Sec-WebSocket-Extensions" : "Sec-WebSocket-Extensions: " + value;
  }

  void expect_refused(const std::vector<std::string>& lines) {
    const Guesses guesses{{"malformed_not_refused"}};
    const Answer answer = ask(lines, guesses);
    if (!answer.status_line.starts_with("HTTP/1.1 400 "))
      check_->fail("HTTP/1.1 400 Bad Request", answer.status_line, guesses);
    program.expect_line("Refusé : 400", guesses);
  }

  Check* check_;
  Program program;
  std::uint16_t port;
};

}  // namespace

TEST_CASE("an offer without parameters is accepted") {
  Check check("offrir « permessage-deflate », sans paramètre ; puis rien");
  Server server(check);
  server.expect({deflate}, deflate, "offer_not_accepted");
  server.expect({}, "", "extension_invented");
}

TEST_CASE("an extension that the server does not know is none") {
  Check check("offrir une extension inconnue");
  Server server(check);
  server.expect({"x-webkit-deflate-frame"}, "", "other_extension_accepted");
  server.expect({"permessage-bzip2; level=9"}, "", "other_extension_accepted");
}

TEST_CASE("client_max_window_bits may come without a value") {
  Check check("offrir comme Chrome : « permessage-deflate; client_max_window_bits »");
  const std::string offer = deflate + "; client_max_window_bits";
  {
    Server server(check);
    server.expect({offer}, deflate, "client_bits_without_value_refused");
  }
  Server server(check, {"--client-bits", "12"});
  server.expect({offer}, deflate + "; client_max_window_bits=12",
                "client_bits_without_value_refused");
}

TEST_CASE("a context that is not kept is granted") {
  Check check("demander un contexte neuf à chaque message, d'un côté puis de l'autre");
  Server server(check);
  for (const std::string side : {"server", "client"}) {
    const std::string offer = deflate + "; " + side + "_no_context_takeover";
    server.expect({offer}, offer, "takeover_ignored");
  }
}

TEST_CASE("a window is as small as the client asks") {
  Check check("demander des fenêtres de 8 à 15 bits");
  Server server(check);
  for (int bits = 8; bits <= 15; ++bits)
    server.expect({deflate + "; server_max_window_bits=" + std::to_string(bits)},
                  deflate + "; server_max_window_bits=" + std::to_string(bits),
                  "more_bits_than_asked");
  for (int bits = 8; bits <= 14; ++bits)
    server.expect({deflate + "; client_max_window_bits=" + std::to_string(bits)},
                  deflate + "; client_max_window_bits=" + std::to_string(bits),
                  "more_bits_than_asked");
}

TEST_CASE("client_max_window_bits is not answered unless it was offered") {
  Check check("un serveur de --client-bits 10, un client qui n'offre pas client_max_window_bits");
  Server server(check, {"--client-bits", "10"});
  server.expect({deflate}, deflate, "client_bits_not_offered");
  server.expect({deflate + "; server_max_window_bits=11"}, deflate + "; server_max_window_bits=11",
                "client_bits_not_offered");
}

TEST_CASE("the server has wishes of its own") {
  Check check("un serveur de --no-context-takeover --server-bits 11 --client-bits 12");
  Server server(check, {"--no-context-takeover", "--server-bits", "11", "--client-bits", "12"});
  const std::string fresh = deflate + "; server_no_context_takeover; client_no_context_takeover";
  server.expect({deflate}, fresh + "; server_max_window_bits=11", "policy_ignored");
  server.expect({deflate + "; client_max_window_bits=14; server_max_window_bits=13"},
                fresh + "; server_max_window_bits=11; client_max_window_bits=12", "policy_ignored");
  server.expect({deflate + "; client_max_window_bits=10; server_max_window_bits=9"},
                fresh + "; server_max_window_bits=9; client_max_window_bits=10",
                "more_bits_than_asked");
}

TEST_CASE("a parameter that nobody knows declines the offer") {
  Check check("offrir un paramètre inconnu");
  Server server(check);
  for (const std::string parameter :
       {"level=9", "max_window_bits=10", "server_takeover", "server_no_context_takeover2"})
    server.expect({deflate + "; " + parameter}, "", "unknown_parameter_accepted");
}

TEST_CASE("a parameter that is there twice declines the offer") {
  Check check("offrir deux fois le même paramètre");
  Server server(check);
  for (const std::string twice :
       {"server_no_context_takeover; server_no_context_takeover",
        "server_max_window_bits=10; client_max_window_bits; server_max_window_bits=10",
        "client_max_window_bits; client_max_window_bits=12"})
    server.expect({deflate + "; " + twice}, "", "duplicate_accepted");
}

TEST_CASE("a number of bits is 8 to 15") {
  Check check("demander des fenêtres impossibles");
  Server server(check);
  for (const std::string side : {"server", "client"}) {
    for (const std::string bits : {"7", "16", "0", "1", "150", "99999999999999999999"})
      server.expect({deflate + "; " + side + "_max_window_bits=" + bits}, "",
                    "bits_out_of_range_accepted");
    for (const std::string bits : {"08", "010", "0015"})
      server.expect({deflate + "; " + side + "_max_window_bits=" + bits}, "",
                    "leading_zero_accepted");
    for (const std::string bits : {"+9", "9x", "9.0", "abc", "-9"})
      server.expect({deflate + "; " + side + "_max_window_bits=" + bits}, "",
                    "not_a_number_accepted");
  }
}

TEST_CASE("a value stands where one must be, and nowhere else") {
  Check check("oublier une valeur qu'il faut, en donner une qu'il ne faut pas");
  Server server(check);
  server.expect({deflate + "; server_max_window_bits"}, "", "server_bits_without_value_accepted");
  server.expect({deflate + "; server_no_context_takeover=1"}, "", "value_of_flag_accepted");
  server.expect({deflate + "; client_no_context_takeover=true"}, "", "value_of_flag_accepted");
}

TEST_CASE("the first offer that will do is taken") {
  Check check("plusieurs offres sur une ligne, dont les premières ne conviennent pas");
  Server server(check);
  server.expect({"permessage-bzip2, permessage-deflate; client_max_window_bits"}, deflate,
                "first_offer_only");
  server.expect({deflate + "; server_max_window_bits=16, " + deflate +
                 "; server_max_window_bits=10, " + deflate},
                deflate + "; server_max_window_bits=10", "first_offer_only");
  server.expect({deflate + "; server_max_window_bits=9, " + deflate},
                deflate + "; server_max_window_bits=9", "last_offer_taken");
}

TEST_CASE("offers may stand on several lines") {
  Check check("plusieurs lignes Sec-WebSocket-Extensions");
  Server server(check);
  server.expect({"permessage-bzip2", deflate}, deflate, "first_line_only");
  server.expect({deflate + "; mode=turbo, x-deflate", deflate + "; server_max_window_bits=11",
                 deflate + "; server_max_window_bits=12"},
                deflate + "; server_max_window_bits=11", "first_line_only");
}

TEST_CASE("a value may be quoted") {
  Check check("mettre les valeurs entre guillemets");
  Server server(check);
  server.expect({deflate + "; server_max_window_bits=\"10\"; client_max_window_bits=\"9\""},
                deflate + "; server_max_window_bits=10; client_max_window_bits=9",
                "quotes_not_removed");
  server.expect({deflate + "; server_max_window_bits=\"16\""}, "", "bits_out_of_range_accepted");
}

TEST_CASE("blanks and the case of the field's name do not matter") {
  Check check("serrer, espacer, écrire le nom de l'en-tête en minuscules");
  Server server(check);
  const std::string granted = deflate + "; server_no_context_takeover; server_max_window_bits=10";
  server.expect({deflate + ";server_no_context_takeover;server_max_window_bits=10"}, granted,
                "blanks_matter");
  server.expect(
      {" ,, " + deflate + " ;\tserver_no_context_takeover  ;  server_max_window_bits = 10 ,"},
      granted, "blanks_matter");
  server.expect({granted}, granted, "field_name_case_sensitive", "sec-websocket-extensions");
}

TEST_CASE("what is no offer refuses the handshake") {
  Check check("écrire des offres qui n'en sont pas");
  Server server(check);
  for (const std::string& line :
       {deflate + "; server_max_window_bits=", deflate + ";;server_no_context_takeover",
        deflate + "; =10", std::string("permessage deflate"),
        std::string("; client_max_window_bits"), deflate + "; server_max_window_bits=\"10",
        deflate + "; x=\"a b\""})
    server.expect_refused({line});
  server.expect_refused({deflate, "x-autre; =1"});
  server.expect({deflate}, deflate, "malformed_not_refused");
}
