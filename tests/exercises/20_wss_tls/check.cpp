// Exercise 20: a TLS client that verifies whom it speaks to. The servers here are OpenSSL's, with
// certificates made for each test: a right one, and those that a client must refuse.
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>

#include "exercises/support/check.hpp"
#include "support/catch.hpp"
#include "support/certificates.hpp"

using namespace prise::check;
using prise::testing::Certificate;
using prise::testing::Terms;

namespace {

using namespace std::chrono_literals;

struct Free {
  void operator()(SSL* session) const { SSL_free(session); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

// The check's end of a TLS connection: OpenSSL between two buffers, and a Peer that carries them.
class Secret {
public:
  Secret(Check& check, Peer peer, const Certificate& shown)
      : check_(&check), peer_(std::move(peer)), context_(SSL_CTX_new(TLS_server_method())) {
    SSL_CTX_use_certificate(context_.get(), shown.certificate());
    SSL_CTX_use_PrivateKey(context_.get(), shown.key());
    session_.reset(SSL_new(context_.get()));
    SSL_set_bio(session_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_accept_state(session_.get());
  }

  // False: the client has refused, or gone.
  bool shake_hands() {
    return move([&] { return SSL_do_handshake(session_.get()); }) == 1;
  }

  // What the client says; empty: nothing more.
  std::string receive() {
    std::array<char, 4096> bytes;
    const int count = move(
        [&] { return SSL_read(session_.get(), bytes.data(), static_cast<int>(bytes.size())); });
    return {bytes.data(), static_cast<std::size_t>(std::max(count, 0))};
  }

  void send(const std::string& text) {
    move([&] { return SSL_write(session_.get(), text.data(), static_cast<int>(text.size())); });
  }

  [[nodiscard]] std::string asked_name() const {
    const char* name = SSL_get_servername(session_.get(), TLSEXT_NAMETYPE_host_name);
    return name == nullptr ? "" : name;
  }

private:
  template <class Call>
  int move(Call call) {
    while (true) {
      ERR_clear_error();
      const int result = call();
      const int why = SSL_get_error(session_.get(), result);
      deliver();
      if (result > 0 || why != SSL_ERROR_WANT_READ) return result;
      const std::string came = peer_.receive_some(16384, check_->patience());
      if (came.empty()) return -1;
      BIO_write(SSL_get_rbio(session_.get()), came.data(), static_cast<int>(came.size()));
    }
  }

  void deliver() {
    std::array<char, 16384> bytes;
    for (int count = 1; count > 0;) {
      count = BIO_read(SSL_get_wbio(session_.get()), bytes.data(), static_cast<int>(bytes.size()));
      const std::string_view part(bytes.data(), static_cast<std::size_t>(std::max(count, 0)));
      if (count > 0) peer_.try_send(part, check_->patience());
    }
  }

  Check* check_;
  Peer peer_;
  std::unique_ptr<SSL_CTX, Free> context_;
  std::unique_ptr<SSL, Free> session_;
};

struct Meeting {
  Program program;
  Secret server;
};

// The student's client, which believes `authority` and expects `name`, before a server that shows
// `shown`.
Meeting meet(Check& check, const std::string& name, const Certificate& authority,
             const Certificate& shown) {
  Door door = check.listen();
  Program program = check.start({"--port", std::to_string(door.port()), "--name", name});
  std::string pem = authority.pem();
  pem.pop_back();  // type() adds the line's end
  program.type(pem);
  program.press_ctrl_d();
  return {std::move(program), Secret(check, door.accept(), shown)};
}

std::string random_name(Check& check) {
  return "salon-" + std::to_string(check.random()() % 100'000) + ".example";
}

Terms named(const std::string& name) {
  return {.name = name, .alternatives = "DNS:" + name};
}

// The client says why, and not a word to the server.
void expect_refusal(Check& check, Meeting& meeting, const std::string& line,
                    const Guesses& guesses) {
  const bool trusted = meeting.server.shake_hands();
  const std::string said = trusted ? meeting.server.receive() : "";
  Guesses all = guesses;
  const bool too_late = !said.empty();
  if (too_late) meeting.server.send("HTTP/1.1 200 OK\r\n\r\n");
  meeting.program.expect_line(line, all);
  check.require(!too_late, "aucun octet de votre programme : le serveur n'est pas le bon",
                shown_bytes(said), {{"speaks_before_verifying"}});
  meeting.program.expect_end(1);
}

}  // namespace

TEST_CASE("a server that can be believed is spoken to") {
  Check check("un serveur au bon nom, d'une autorité connue");
  const Certificate authority = Certificate::authority();
  const std::string name = random_name(check);
  Meeting meeting = meet(check, name, authority, authority.issue(named(name)));
  const bool trusted = meeting.server.shake_hands();
  const Guesses refused{{"good_server_refused", starts_with("Refusé")}};
  if (trusted) {
    const std::string request = meeting.server.receive();
    meeting.server.send("HTTP/1.1 200 OK\r\n\r\n");
    meeting.program.expect_line("Connecté à " + name + ".", refused);
    check.require(request.starts_with("GET / HTTP/1.1\r\n"), "GET / HTTP/1.1",
                  shown_bytes(request));
    meeting.program.expect_line("Réponse : HTTP/1.1 200 OK");
    meeting.program.expect_end();
  } else {
    meeting.program.expect_line("Connecté à " + name + ".", refused);
  }
}

TEST_CASE("a server of an unknown authority is refused") {
  Check check("un serveur d'une autorité inconnue : n'importe qui peut en faire une");
  const std::string name = random_name(check);
  const Certificate impostor = Certificate::authority("Une autre autorité");
  Meeting meeting = meet(check, name, Certificate::authority(), impostor.issue(named(name)));
  expect_refusal(check, meeting, "Refusé : l'autorité est inconnue.",
                 {{"nothing_verified", starts_with("Connecté")}});
}

TEST_CASE("a server of another name is refused") {
  Check check("un serveur d'une autorité connue, mais à un autre nom");
  const Certificate authority = Certificate::authority();
  Meeting meeting =
      meet(check, random_name(check), authority, authority.issue(named("ailleurs.example")));
  expect_refusal(check, meeting, "Refusé : le certificat est à un autre nom.",
                 {{"name_not_verified", starts_with("Connecté")}});
}

TEST_CASE("a name counts where certificates have it") {
  Check check("le bon nom dans CN, et un autre dans subjectAltName, qui seul compte");
  const Certificate authority = Certificate::authority();
  const std::string name = random_name(check);
  const Certificate shown = authority.issue({.name = name, .alternatives = "DNS:ailleurs.example"});
  Meeting meeting = meet(check, name, authority, shown);
  expect_refusal(check, meeting, "Refusé : le certificat est à un autre nom.",
                 {{"name_compared_by_hand", starts_with("Connecté")}});
}

TEST_CASE("an expired certificate is refused") {
  Check check("un certificat qui a expiré");
  const Certificate authority = Certificate::authority();
  const std::string name = random_name(check);
  Terms terms = named(name);
  terms.valid_from = -30min;
  terms.valid_until = -10min;
  Meeting meeting = meet(check, name, authority, authority.issue(terms));
  expect_refusal(check, meeting, "Refusé : le certificat a expiré.",
                 {{"dates_excused", starts_with("Connecté")}});
}

TEST_CASE("the server is told which name is wanted") {
  Check check("un serveur qui a plusieurs certificats veut savoir lequel montrer (SNI)");
  const Certificate authority = Certificate::authority();
  const std::string name = random_name(check);
  Meeting meeting = meet(check, name, authority, authority.issue(named(name)));
  meeting.server.shake_hands();
  check.require(meeting.server.asked_name() == name, name,
                meeting.server.asked_name().empty() ? "aucun nom" : meeting.server.asked_name(),
                {{"sni_missing"}});
  meeting.server.receive();
  meeting.server.send("HTTP/1.1 200 OK\r\n\r\n");
  meeting.program.expect_line("Connecté à " + name + ".");
  meeting.program.expect_line("Réponse : HTTP/1.1 200 OK");
  meeting.program.expect_end();
}
